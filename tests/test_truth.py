"""Every real thread file, read through the one door and compared with an independent count of it."""

import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from moderation.threads import Report, read_threads

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / os.environ.get("MODERATION_SHARED", "../shared") / "fixtures" / "threads"
TRUTH = json.loads((FOLDER / "TRUTH.json").read_text(encoding="utf-8")) if FOLDER.is_dir() else {}
FILED = {name: truth for name, truth in TRUTH.items() if not name.startswith(("_", "seed"))}
FILES = {"blogger-pelican": "blogger-pelican/bloggerexport.xml", "artalk-yaml": "artalk-yaml/atk_comments.yml"}
"""Where an entry of the truth names a folder and one file of it is the source."""

STATUS = {
    "1": "approved",
    "ok": "approved",
    "approved": "approved",
    "0": "held",
    "pending": "held",
    "deleted": "deleted",
}
KIND = {"pingback": "pingback", "trackback": "trackback"}

SILENT = {"generic-isso/generic.json"}
"""Says nothing of statuses, for which the count has "ok" and we have None."""

READABLE = {"wxr-wordpress-importer/namespace-edge-cases.xml"}
"""Not well-formed to a parser that resolves the names of namespaces; we need none of them, and read the file to its end."""

MISTAKEN = {
    "html-pages/hpd.de-Homosexuellenhass.html": [
        ["82775", None, 1, "comment"],
        ["82781", None, 1, "comment"],
        ["82784", None, 1, "comment"],
        ["82811", "82784", 2, "comment"],
        ["82822", "82811", 3, "comment"],
        ["82837", "82822", 4, "comment"],
        ["82798", None, 1, "comment"],
        ["82812", "82798", 2, "comment"],
        ["82825", "82812", 3, "comment"],
        ["82808", None, 1, "comment"],
    ]
}
"""The count says that all stand at the top, but the page indents five, and names the comment that each answers
(``sioc:reply_of``); `test_a_mistaken_count` holds this table to the page."""

pytestmark = pytest.mark.skipif(not TRUTH, reason=f"real thread files are not here: {FOLDER} (set MODERATION_SHARED)")


def read(name):
    report = Report()
    threads = list(read_threads(FOLDER / FILES.get(name, name), keep_going=True, report=report))
    return threads, report


@pytest.mark.parametrize("name", [name for name, truth in FILED.items() if "rows" in truth])
def test_exports_are_exact(name):
    truth = TRUTH[name]
    threads, report = read(name)
    found = [(c.id, c.parent_id, thread.id, thread.depth(c.id), c.kind, c.status) for thread in threads for c in thread]
    expected = [
        (
            str(id_),
            parent and str(parent),
            str(thread),
            depth,
            KIND.get(kind, "comment"),
            None if name in SILENT else STATUS.get(status),
        )
        for id_, parent, thread, depth, kind, status in truth["rows"]
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)
    for thread_id in {row[2] for row in expected}:
        assert [row for row in found if row[2] == thread_id] == [row for row in expected if row[2] == thread_id]
    assert report.kept == truth["comments"]
    assert report.orphans == truth["n_orphans"]
    assert report.cycles == len(truth["cycles"])
    assert bool(report.damage) == (bool(truth.get("not_well_formed")) and name not in READABLE)
    assert sum(len(thread) > 0 for thread in threads) == truth["threads"]


@pytest.mark.parametrize("name", [name for name in TRUTH if name.startswith("isso-sqlite")])
def test_databases_are_exact(name):
    truth = TRUTH[name]
    threads, report = read(name)
    comments = [(thread, comment) for thread in threads for comment in thread]
    modes = {"approved": "1", "held": "2", "deleted": "4"}
    assert Counter(str(thread.depth(comment.id)) for thread, comment in comments) == truth["by_depth"]
    assert Counter(modes[comment.status] for _, comment in comments) == truth["by_mode"]
    assert (report.kept, report.threads) == (truth["comments"], truth["threads"])


@pytest.mark.parametrize("name", [name for name, truth in FILED.items() if "parents" in truth])
def test_pages_are_exact(name):
    truth = TRUTH[name]
    (thread,), report = read(name)
    if name in MISTAKEN:
        truth |= {"parents": MISTAKEN[name]}
    found = [(c.id, c.parent_id, thread.depth(c.id), c.kind) for c in thread]
    assert len(found) == truth["comments_shown"] == report.kept
    for (comment_id, parent_id, depth, kind), (true_id, *true) in zip(found, truth["parents"], strict=True):
        assert [parent_id, depth, kind] == true
        assert true_id in (comment_id, None)
    assert thread.announced == truth["announced"]
    for place, author in enumerate(truth.get("authors") or ()):
        assert thread.comments[place].author == (author or None)
    for place, start in enumerate(truth.get("starts") or ()):
        text = "".join(thread.comments[place].text.split())  # the count glued some paragraphs together
        assert text.startswith("".join(start.split())), place
    if not found:
        assert thread.notes


@pytest.mark.parametrize("name", MISTAKEN)
def test_a_mistaken_count_is_shown_wrong_by_the_page_itself(name):
    page = (FOLDER / name).read_text(encoding="utf-8")
    answers = re.findall(r'about="/comment/(\d+)#.*?(?=about="/comment/|\Z)', page, re.DOTALL)
    said = {
        comment: (re.search(r'reply_of" resource="/comment/(\d+)#', part) or [None, None])[1]
        for comment, part in zip(answers, re.split(r'about="/comment/\d+#', page)[1:], strict=True)
    }
    assert said == {row[0]: row[1] for row in MISTAKEN[name]}
