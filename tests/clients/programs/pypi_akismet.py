"""PyPI `akismet`: its clients, waiting and not, with Akismet's address."""

import asyncio
import inspect
import json
import os

os.environ["PYTHON_AKISMET_TIMEOUT"] = "30"  # its own is a second, too short for a busy machine

import akismet
import httpx
from attempts import attempt

SITE, TEXTS = "https://journal.example", {name: os.environ[name] for name in ("HAM", "INSULT", "SPAM")}
READER = {"user_ip": "192.0.2.1", "comment_type": "comment", "comment_author": "Awa Traoré", "blog_lang": "fr"}


def calls(kind, key):
    """Return what each call gives, of a client whose headers we see too."""
    seen, wait = [], asyncio.new_event_loop().run_until_complete

    def done(value):
        return wait(value) if inspect.isawaitable(value) else value

    def note(response):
        seen.append(dict(response.headers))

    async def note_later(response):
        note(response)

    later = kind is akismet.AsyncClient
    http = (httpx.AsyncClient if later else httpx.Client)(event_hooks={"response": [note_later if later else note]})
    config = akismet.Config(key=key, url=SITE)
    client = attempt(lambda: done(kind.validated_client(config=config, http_client=http)))
    if isinstance(client, dict):
        return client
    found = {name: done(client.comment_check(comment_content=text, **READER)).name for name, text in TEXTS.items()}
    headers = dict(zip(TEXTS, seen[-3:], strict=True))
    admin = done(client.comment_check(comment_content=TEXTS["SPAM"], user_role="administrator", **READER)).name
    return {
        **found,
        "headers": headers,
        "administrator": admin,
        "guaranteed": done(client.comment_check("192.0.2.1", comment_author="viagra-test-123")).name,
        "submitted": [
            done(client.submit_spam(comment_content=TEXTS["HAM"], **READER)),
            done(client.submit_ham(comment_content=TEXTS["SPAM"], **READER)),
            done(client.submit_ham(comment_content="Un essai.", is_test=True, **READER)),
        ],
        "usage": done(client.usage_limit()),
        "sites without a key": attempt(lambda: done(client.key_sites())),  # the client sends none
    }


def limited():
    client = akismet.SyncClient(config=akismet.Config(key=os.environ["LIMITED_KEY"], url=SITE))
    return [attempt(client.comment_check, comment_content=TEXTS["HAM"], **READER) for _ in range(2)][-1]


if "LIMITED_KEY" in os.environ:
    print(json.dumps(limited()))
else:
    found = {kind.__name__: calls(kind, os.environ["KEY"]) for kind in (akismet.SyncClient, akismet.AsyncClient)}
    sites = akismet.SyncClient(
        config=akismet.Config(key=os.environ["KEY"], url=SITE),
        http_client=httpx.Client(params={"api_key": os.environ["KEY"]}),
    )
    found["sites"] = [sites.key_sites(month="2026-11"), sites.key_sites(result_format="csv")]
    found["wrong key"] = calls(akismet.SyncClient, "0123456789ab")
    print(json.dumps(found))
