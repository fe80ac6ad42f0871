"""The articles of an export whose comments stand apart from them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from moderation.comments import Thread
from moderation.threads.source import Source


@dataclass
class Articles:
    """What an export says of the articles, wherever it says it: known when it was read once.

    Parameters
    ----------
    known
        Id -> title and address, each empty where the source does not say it.
    deleted
        Ids of those that were taken down.
    """

    known: dict[str, tuple[str, str]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    addresses: Counter[str] = field(default_factory=Counter)

    def add(self, article: str, title: str, url: str) -> None:
        """Take the facts of one."""
        if article and article not in self.known:
            self.known[article] = (title, url)
            self.addresses[url] += 1

    def fields(self, article: str) -> dict[str, str]:
        """Return the fields of a row that name the article of a comment."""
        title, url = self.known.get(article, ("", ""))
        return {"thread_id": article, "title": title, "url": url}

    def noted(self, thread: Thread, source: Source) -> Thread:
        """Return a thread with notes of what is odd about its article."""
        said = {
            "its article is not in the export": thread.id not in self.known,
            "its article was taken down": thread.id in self.deleted,
            "another thread of the export has the same address": bool(thread.url)
            and self.addresses[thread.url or ""] > 1,
        }
        notes = [sentence for sentence, true in said.items() if true]
        for sentence in notes:
            source.report.notes.add(f"thread {thread.id}: {sentence}")
        return replace(thread, notes=(*thread.notes, *notes))
