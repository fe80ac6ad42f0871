"""Akismet's clients, as their registries hold them, against a live service."""

from urllib.parse import quote_plus

import httpx
import pytest
from environments import COMMENTS, node, python, run

pytestmark = pytest.mark.clients


def said(server, text):
    """Return what was said of a comment: whether it is spam."""
    return [found.verdict["spam"] for found in server.feedback(text)]


def test_pypi_akismet(named, names, limited):
    client = python("akismet", "akismet==25.10.1")
    found = run(client, "pypi_akismet.py", **names(named))
    for kind in ("SyncClient", "AsyncClient"):
        seen = found[kind]
        assert (seen["HAM"], seen["INSULT"], seen["SPAM"]) == ("HAM", "HAM", "DISCARD")
        headers = seen["headers"]
        assert "x-akismet-recheck-after" in headers["INSULT"]
        assert "x-akismet-recheck-after" not in headers["HAM"]
        assert '"text":"abruti"' in headers["INSULT"]["x-moderation-words"]
        assert not any("x-akismet-debug-help" in one for one in headers.values())
        assert (seen["administrator"], seen["guaranteed"]) == ("HAM", "SPAM")
        assert seen["submitted"] == [True, True, True]
        assert (seen["usage"]["limit"], seen["usage"]["throttled"]) == ("none", False)
        assert seen["sites without a key"]["error"] == "APIKeyError"
    assert said(named, COMMENTS["HAM"]) == [1, 1]
    assert said(named, COMMENTS["SPAM"]) == [0, 0]
    assert said(named, "Un essai.") == []
    as_json, as_csv = found["sites"]
    assert as_json == {"2026-11": [], "limit": 500, "offset": 0, "total": 0}
    assert as_csv.startswith("Active sites for this key during ")
    assert found["wrong key"]["error"] == "APIKeyError"
    refused = run(client, "pypi_akismet.py", **names(limited), LIMITED_KEY=limited.another_key())
    assert refused == {"error": "RequestError", "message": "Akismet responded with error status: 429"}


def test_pypi_python_akismet(named, names):
    found = run(python("python-akismet", "python-akismet==0.4.3"), "pypi_python_akismet.py", **names(named))
    assert (found["HAM"], found["INSULT"], found["SPAM"], found["test"]) == (0, 0, 3, 3)  # 3 is "definite spam"
    assert found["submitted"] == [None, None]
    assert said(named, COMMENTS["INSULT"]) == [1, 0]
    assert found["wrong key"]["error"] == "AkismetServerError"
    assert "The API key is missing, or it is not known here." in found["wrong key"]["message"]
    assert found["wrong key of a submission"]["message"] == "Akismet server returned an error: invalid"


def test_pypi_pykismet3(named, names):
    client = python("pykismet3", "pykismet3==0.1.1", "requests==2.32.5")
    found = run(client, "pypi_pykismet3.py", **names(named))
    assert (found["HAM"], found["INSULT"], found["SPAM"]) == (False, False, True)
    assert found["submitted"] == [None, None]
    assert (said(named, "Achetez 😀 ici"), said(named, "Achetez 😀 là")) == ([1], [0])
    assert found["wrong key"] == {"error": "AkismetServerError", "message": "Akismet server returned an error: invalid"}


def test_pypi_akismet_async(named, names):
    found = run(python("akismet-async", "akismet-async==0.0.1"), "pypi_akismet_async.py", **names(named))
    assert (found["HAM"], found["INSULT"], found["SPAM"]) == ("ham", "ham", "definite_spam")
    assert found["keys"] == [True, False]
    assert (said(named, "Vendez 😀 ici"), said(named, "Vendez 😀 là")) == ([1], [0])
    assert found["wrong key"] == "JSONDecodeError"


def test_npm_akismet_api(named, names):
    found = run(node("akismet-api", "akismet-api@6.0.0"), "npm_akismet_api.cjs", **names(named))
    assert (found["HAM"], found["INSULT"], found["SPAM"]) == (False, False, True)
    assert (found["administrator"], found["trap"]) == (False, False)
    assert found["keys"] == [True, False]
    assert found["submitted"] == ["Thanks for making the web a better place."] * 2
    assert (said(named, "Cliquez 😀 ici"), said(named, "Cliquez 😀 là")) == ([1], [0])
    assert found["wrong key"]["message"] == "Invalid API key"


def test_npm_cedx_akismet(server, limited):
    client = node("cedx-akismet", "@cedx/akismet@16.2.1")
    told = {"SERVER": server.url, "KEY": server.key, "LIMITED": limited.url, "LIMITED_KEY": limited.another_key()}
    found = run(client, "npm_cedx_akismet.mjs", **told)
    assert (found["HAM"], found["INSULT"], found["SPAM"]) == (0, 0, 2)  # 2 is "pervasive spam"
    assert found["keys"] == [True, False]
    assert found["submitted"] == [None, None, None]
    assert [said(server, f"Gagnez 😀 {where}") for where in ("ici", "là", "pour voir")] == [[1], [0], []]
    assert found["wrong key"]["message"] == "The API key is missing, or it is not known here."
    assert found["limited"] == [0, {"message": "429 Too Many Requests"}]


def test_npm_akismet(named, names):
    found = run(node("akismet", "akismet@2.0.7"), "npm_akismet.cjs", **names(named))
    assert (found["HAM"], found["INSULT"], found["SPAM"]) == (False, False, True)
    assert found["keys"] == [True, False]
    assert (said(named, "Jouez 😀 ici"), said(named, "Jouez 😀 là")) == ([1], [0])
    assert found["wrong key"] is False


@pytest.mark.parametrize("charset", ["ISO-8859-1", "windows-1252", "UTF-8"])
def test_a_site_with_another_encoding_is_understood(server, charset):
    text = f"Espèce d'abruti, va te faire soigner à Ségou ! ({charset})"
    fields = {"comment_content": text, "comment_author": "Aïssata", "blog_charset": charset}
    body = "&".join(f"{name}={quote_plus(value, encoding=charset)}" for name, value in fields.items())
    headers = {
        "Content-Type": f"application/x-www-form-urlencoded; charset={charset}",
        "Host": f"{server.key}.rest.akismet.com",
    }
    found = httpx.post(f"{server.url}/1.1/comment-check", content=body, headers=headers, timeout=30)
    assert (found.text, "x-akismet-recheck-after" in found.headers) == ("false", True)
    assert '"text":"abruti"' in found.headers["X-Moderation-Words"]
    httpx.post(f"{server.url}/1.1/submit-spam", content=body, headers=headers, timeout=30)
    (kept,) = server.feedback(text)
    assert kept.author == "Aïssata"
