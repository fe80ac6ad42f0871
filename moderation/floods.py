"""Floods: the same text, or nearly the same, posted again and again.

A comment is compared with the first copy of each text seen before it: exact copies are found by their folded spelling,
others among candidates by MinHash and locality-sensitive hashing (`datasketch`), each of which is verified. So the time is
linear in the number of comments, and comments that come one at a time are answered as a batch is.

What is counted here are facts, `Copies`; from how many on they are a flood is a choice of the policy.
"""

from __future__ import annotations

import re
import zlib
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Comment
from moderation.spelling import spell

if TYPE_CHECKING:
    from datasketch import MinHash, MinHashLSH

SHINGLE = 6  # bytes in a row; unlike comments of 5,000 characters share 30 % of their fours, 10 % of their sixes
#: Least Jaccard similarity of the sets of `SHINGLE` bytes in a row of two folded texts. Tried 3 to 8 characters and pairs of
#: words, 0.6 to 0.9, on the label files, each text beside a changed copy: 19 in 20 copies of 100 characters and more have 0.8
#: after one other word or a slip each 60 characters (pairs of words: 0.69). At 100 characters no two texts of bambara,
#: cyberagression and toxifrench (16,000) met; of the tweets of mlma and ftr retweets did. To try again: the tests of copies
#: and of our floods in tests/test_floods.py.
SIMILAR = 0.65
#: Least length of the folded text, in characters, to be compared with other texts of the same author. Shorter ones are what
#: everybody says more than once: "merci beaucoup", "paix a son ame", "bonne annee a tous" have 14 to 18.
SHORT = 20
#: The same to be compared whoever wrote it. In between lie condolences, blessings and slogans that many write alike: "que son ame
#: repose en paix mes sinceres condoleances a toute la famille" has 70.
LONG = 100
LONGEST = 8_000  # characters compared of a comment, so that time and memory are bounded
LONGEST_KEPT, MOST_KEPT = 40, 50_000  # characters of folded words that are kept, and how many: some 10 MB
MOST_NAMED = 20  # other copies that are named; a flood may have thousands
#: Bands and rows of the MinHash: two texts of similarity 0.65 become candidates in 86 of 100 cases, of 0.8 in 99.8, of 0.1 in
#: one of 6,000. More rows would miss copies, more bands cost memory.
BANDS, ROWS = 16, 5
#: A text with so many candidates and a copy of none is found again by exact copies only. So a crowd that fills in one form
#: (results, hours of power cuts) costs no more than other comments.
MOST_CANDIDATES = 128
MOST_VERIFIED = 8  # candidates, the most similar by MinHash
#: Names that sites give to readers who gave none.
NAMELESS = frozenset("anonyme anonymous anonym guest inconnu invité invite unknown visiteur".split())
_PATH = re.compile(r"(?:https?://|www\.)[^\s/]{1,255}(/\S{2,500})", re.IGNORECASE)


class CommentRef(NamedTuple):
    """Names a comment: its id is unique within its thread."""

    thread_id: str | None
    comment_id: str


@dataclass(frozen=True, slots=True)
class Copies:
    """What is known of the copies of one comment.

    Parameters
    ----------
    place
        Which copy it is, from 1, in the order in which they came.
    count
        How many there are, itself included.
    others
        The first of them without itself, at most `MOST_NAMED`; comments without an id are counted and not named.
    """

    place: int = 1
    count: int = 1
    others: tuple[CommentRef, ...] = ()


ALONE = Copies()


class FloodWindow:
    """The recent comments of a site, and which of them are copies of each other.

    Two texts are copies if their folded texts share most of their characters in a row (`SIMILAR`). Texts of `LONG` characters
    and more are compared whoever wrote them, since an author who is not known may be anybody; shorter ones only with those of
    the same known author, and below `SHORT` not at all: honest readers all write "Merci" or "Amina".

    A comment that is added again under its id, say because it was edited, replaces itself and is no copy of itself.
    Threads of a program may share a window.

    Parameters
    ----------
    comments
        How many comments are remembered at most, about 7 kB each; None for all.
    span
        Comments older than this are forgotten, by `Comment.created_at` and compared with the newest one added; a comment
        without it counts as being as old as the newest before it. None for no such limit.

    Raises
    ------
    ValueError
        Where `comments` or `span` is not above 0.

    Examples
    --------
    >>> window = FloodWindow(10_000)
    >>> texts = ["Votez tous pour Modibo dimanche !", "VOTEZ TOUS POUR MODIBO DIMANCHE", "votez tous pour Modibo, dimanche..."]
    >>> added = [window.add(Comment(str(n), text, author="ali")) for n, text in enumerate(texts)]
    >>> added[2].place, [other.comment_id for other in added[2].others]
    (3, ['0', '1'])
    """

    def __init__(self, comments: int | None = 100_000, span: timedelta | None = None) -> None:
        if comments is not None and comments < 1:
            raise ValueError(f"comments is {comments}; give how many to remember, at least 1, or None for all")
        if span is not None and span <= timedelta(0):
            raise ValueError(f"span is {span}; give a time above 0, or None for no limit")
        self._most, self._span = comments, span
        self._newest: datetime | None = None
        self._entries: OrderedDict[Hashable, tuple[_Group, datetime | None]] = OrderedDict()  # oldest first
        self._groups = _Groups()
        self._nameless = 0
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many comments are remembered; those too short to be compared are not."""
        return len(self._entries)

    def add(self, comment: Comment) -> Copies:
        """Add a comment and return what is known of its copies, which all came before it."""
        return self.add_all([comment])[0]

    def add_all(self, comments: Iterable[Comment]) -> list[Copies]:
        """Add comments, and return for each what is known once all are there: the first knows of those after it too.

        A copy that the window's limits drop during the call still counts for the others of the call.
        """
        with self._lock:
            spellings: dict[str, tuple[str, str]] = {}
            tallies: dict[int, _Tally] = {}
            found = [self._add(comment, spellings, tallies) for comment in comments]
        return [tallies[place[0]].copies(place[1]) if place else ALONE for place in found]

    def _add(
        self, comment: Comment, spellings: dict[str, tuple[str, str]], tallies: dict[int, _Tally]
    ) -> tuple[int, Hashable] | None:
        text, path = spellings.get(comment.text) or spellings.setdefault(comment.text, _spelling(comment.text))
        author = _author(comment)
        key = self._key(comment)
        self._advance(comment.created_at)
        if len(text) >= LONG:
            author = None
        elif author is None or len(text + path) < SHORT:
            self._forget(key)
            return None
        group = self._groups.find(text + path, author)
        if key not in group.members:
            self._forget(key)
        tally = tallies.get(group.number) or tallies.setdefault(group.number, _Tally(group))
        tally.add(key)
        self._remember(key, group)
        return group.number, key

    def _key(self, comment: Comment) -> Hashable:
        if comment.id:
            return CommentRef(comment.thread_id, comment.id)
        self._nameless += 1
        return self._nameless

    def _advance(self, created_at: datetime | None) -> None:
        """Move to the time of a comment, and forget what is too old by then."""
        if created_at is None or (self._newest is not None and created_at <= self._newest):
            return
        self._newest = created_at
        while self._entries and self._is_past(next(iter(self._entries.values()))[1]):
            self._forget(next(iter(self._entries)))

    def _is_past(self, time: datetime | None) -> bool:
        if self._span is None or self._newest is None or time is None:
            return False
        return self._newest - time > self._span

    def _remember(self, key: Hashable, group: _Group) -> None:
        group.members[key] = None
        self._entries[key] = group, self._newest
        self._entries.move_to_end(key)
        while self._most is not None and len(self._entries) > self._most:
            self._forget(next(iter(self._entries)))

    def _forget(self, key: Hashable) -> None:
        if key in self._entries:
            group, _ = self._entries.pop(key)
            del group.members[key]
            if not group.members:
                self._groups.remove(group)


@dataclass(slots=True)
class _Group:
    """Copies of one text."""

    number: int
    text: str  # of the first
    author: str | None  # None where it counts whoever wrote
    members: OrderedDict[Hashable, None]
    signature: MinHash
    indexed: bool


class _Tally:
    """What one call knows of a group: the members that were there and those that it adds."""

    def __init__(self, group: _Group) -> None:
        self.count = len(group.members)
        self.first = list(islice(group.members, MOST_NAMED + 1))
        self.places = {key: place for place, key in enumerate(self.first, start=1)}

    def add(self, key: Hashable) -> None:
        if key in self.places:
            return
        self.count += 1
        self.places[key] = self.count
        if len(self.first) <= MOST_NAMED:
            self.first.append(key)

    def copies(self, key: Hashable) -> Copies:
        if self.count == 1:
            return ALONE
        others = (other for other in self.first if other != key and isinstance(other, CommentRef))
        return Copies(self.places[key], self.count, tuple(islice(others, MOST_NAMED)))


class _Groups:
    """Groups of copies, each found by the text of its first."""

    def __init__(self) -> None:
        self._exact: dict[tuple[str | None, str], _Group] = {}
        self._by_number: dict[int, _Group] = {}
        self._last = 0

    @cached_property
    def _empty(self) -> MinHash:
        from datasketch import MinHash  # loads SciPy, which the root import must not

        return MinHash(BANDS * ROWS, seed=1, hashfunc=zlib.crc32)

    @cached_property
    def _index(self) -> MinHashLSH:
        from datasketch import MinHashLSH

        return MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))

    def find(self, text: str, author: str | None) -> _Group:
        """Return the group of a text: of the most similar first copy, the earliest where several are; a new one for none."""
        found = self._exact.get((author, text))
        if found is not None:
            return found
        shingles = _shingles(text)
        signature = self._signature(shingles, author)
        candidates = [self._by_number[number] for number in sorted(self._index.query(signature))]
        best = SIMILAR
        for group in self._likely(candidates, signature):
            similar = _jaccard(shingles, group.text) if group.author == author else 0.0
            if similar >= best and (found is None or similar > best):
                found, best = group, similar
        return found or self._new(text, author, signature, len(candidates) < MOST_CANDIDATES)

    def _likely(self, candidates: list[_Group], signature: MinHash) -> list[_Group]:
        """Return the candidates that are the most similar by MinHash, the earliest of equals first."""
        if len(candidates) <= MOST_VERIFIED:
            return candidates
        ranked = sorted(candidates[:MOST_CANDIDATES], key=lambda group: -signature.jaccard(group.signature))
        return ranked[:MOST_VERIFIED]

    def remove(self, group: _Group) -> None:
        """Forget a group."""
        del self._exact[group.author, group.text], self._by_number[group.number]
        if group.indexed:
            self._index.remove(group.number)

    def _new(self, text: str, author: str | None, signature: MinHash, indexed: bool) -> _Group:
        self._last += 1
        group = _Group(self._last, text, author, OrderedDict(), signature, indexed)
        self._exact[author, text] = self._by_number[group.number] = group
        if indexed:
            self._index.insert(group.number, signature)
        return group

    def _signature(self, shingles: set[bytes], author: str | None) -> MinHash:
        """Return the MinHash of a text, salted with the author: one short text of many authors makes no candidates."""
        salt = b"" if author is None else zlib.crc32(author.encode("utf-8", "replace")).to_bytes(4, "big")
        signature = self._empty.copy()
        signature.update_batch([salt + shingle for shingle in shingles])
        return signature


def _spelling(text: str) -> tuple[str, str]:
    """Return the folded text, and the paths of its links: two pages of one site are two links.

    Words are folded one by one, and frequent ones once: most of the time of a comparison went into folding. Letters that are
    set apart stay so, in all copies alike.
    """
    text = text[:LONGEST]
    words = (_word(word) if len(word) <= LONGEST_KEPT else spell(word).text for word in text.split())
    return " ".join(filter(None, words)), "".join(f" {path.lower()}" for path in _PATH.findall(text))


@lru_cache(maxsize=MOST_KEPT)
def _word(word: str) -> str:
    return spell(word).text


def _author(comment: Comment) -> str | None:
    name = " ".join((comment.author or "").casefold().split())
    return None if name in NAMELESS else name or None


def _shingles(text: str) -> set[bytes]:
    data = text.encode("utf-8", "replace")
    return {data[start : start + SHINGLE] for start in range(len(data) - SHINGLE + 1)}


def _jaccard(shingles: set[bytes], text: str) -> float:
    other = _shingles(text)
    shared = len(shingles & other)
    return shared / (len(shingles) + len(other) - shared)
