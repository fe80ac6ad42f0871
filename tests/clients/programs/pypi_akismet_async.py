"""PyPI `akismet-async`: the key in the host name, `content_type`, and fields without a value."""

import asyncio
import json
import os

from akismet import Akismet, Comment

TEXTS = {name: os.environ[name] for name in ("HAM", "INSULT", "SPAM")}


def comment(text):
    reader = {"user_ip": "192.0.2.1", "user_agent": "a browser", "referrer": "https://journal.example/"}
    return Comment(comment_content=text, content_type="reply", **reader)


async def main():
    api = Akismet(api_key=os.environ["KEY"], blog="https://journal.example")
    wrong = Akismet(api_key="0123456789ab", blog="https://journal.example")
    found = {name: await api.check(comment(text)) for name, text in TEXTS.items()}
    await api.submit_spam(comment("Vendez 😀 ici"))
    await api.submit_ham(comment("Vendez 😀 là"))
    found["keys"] = [await api.verify_key(), await wrong.verify_key()]
    try:
        await wrong.check(comment(TEXTS["HAM"]))
    except ValueError as error:  # it reads "invalid" as JSON
        found["wrong key"] = type(error).__name__
    return found


print(json.dumps(asyncio.run(main())))
