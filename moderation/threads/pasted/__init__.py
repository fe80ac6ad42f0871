"""Text copied from a page: an article, a heading such as "21 COMMENTAIRES", then the comments.

Programs that turn a page into text print the comments as an indented list: numbers before them, bullets before the
replies, two more columns for each level. Often names and dates are lost on the way, and so are short comments; a
reply to a comment that is lost stands under the previous one, so the nesting is kept as printed, and noted as
doubtful. Copied in a browser, or from pages that have no list, each comment begins with a name and a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from moderation.comments import Thread
from moderation.errors import DamagedSourceError
from moderation.threads import headings
from moderation.threads.addressees import addressee, named_first
from moderation.threads.draft import Draft
from moderation.threads.pasted.blocks import Blocks, blocks
from moderation.threads.pasted.entries import Entry, of_item
from moderation.threads.pasted.landmarks import headers_of
from moderation.threads.pasted.lines import Line, item_starts
from moderation.threads.pasted.lists import Printed, headed, items_of, printed_list
from moderation.threads.pasted.nesting import AS_PRINTED, doubt_blocks, doubt_list
from moderation.threads.source import Source

DOUBTFUL = AS_PRINTED

LONGEST_TITLE = 250  # characters: a longer first line is a paragraph
LONGEST_READER = 3  # words: what "En réponse à" names in more of them is a title

TITLED = "a title that its author gave it is left out"
ELSEWHERE = "what looks like the beginnings of comments elsewhere on the page is left out: {}"

_RE = re.compile(r"(?:re|r[ée]f?)\s*:", re.IGNORECASE)
_MARKUP = re.compile(r"<[!?/A-Za-z]")


def matches(head: str) -> bool:
    """Take any text: this format is tried last.

    Examples
    --------
    >>> matches("Bonjour")
    True
    """
    return True


def read(source: Source) -> Iterator[Thread]:
    r"""Read the one thread of a text, with no comments where none are found; the notes say what is doubtful.

    Examples
    --------
    >>> page = Source.of("Titre\n\n3 COMMENTAIRES\n\n  1. Bravo\n\n    • Merci\n\nREPONDRE\n")
    >>> thread = next(read(page))
    >>> thread.title, thread.announced, thread["2"].parent_id, thread.notes[1]
    ('Titre', 3, '1', '2 of 3 announced comments are shown')
    """
    page: list[Line] = []
    damage: DamagedSourceError | None = None
    try:
        with source.text() as lines:
            page += [Line.of(raw) for raw in lines]
    except DamagedSourceError as error:
        damage = error
    draft = Draft(PurePath(source.name).name, source)
    _fill(draft, page)
    yield draft.thread()
    if damage is not None:
        raise damage


def _fill(draft: Draft, page: Sequence[Line]) -> None:
    in_list, in_blocks = printed_list(page), blocks(page)
    if in_list is not None and (in_blocks is None or _comes_first(in_list, in_blocks)):
        have_headers = _fill_list(draft, page, in_list)
        if in_blocks is not None and not have_headers:
            draft.notes.add(ELSEWHERE.format(len(in_blocks.entries)))
    elif in_blocks is not None:
        _fill_blocks(draft, page, in_blocks)
    else:
        _fill_empty(draft, page)
    first = next((line.content for line in page if line.content), "")
    if _MARKUP.match(first):
        draft.notes.add("the text looks like HTML or XML, which is not the text of a page")


def _comes_first(in_list: Printed, in_blocks: Blocks) -> bool:
    """Tell whether a list holds what looks like blocks; if not, a comment among these holds the list."""
    if bool(in_list.reason) != bool(in_blocks.reason):  # a heading announces one of them
        return not in_list.reason
    return in_list.first < in_blocks.first


def _fill_list(draft: Draft, page: Sequence[Line], found: Printed) -> bool:
    """Add the items of a list; return whether they name their authors."""
    starts = item_starts(found.lines)
    items = items_of(found.lines, starts)
    have_headers = headed(items)
    draft.title, draft.announced = _title(page[: found.after]), found.announced
    _add(draft, [of_item(item, headed=have_headers) for item in items])
    for note in _notes_on_list(found):
        draft.notes.add(note)
    doubt_list(draft, found, starts)
    return have_headers


def _fill_blocks(draft: Draft, page: Sequence[Line], found: Blocks) -> None:
    draft.title, draft.announced = _title(page[: found.after]), found.announced
    _add(draft, found.entries)
    for note in _notes_on_blocks(found):
        draft.notes.add(note)
    doubt_blocks(draft, found.entries)


def _fill_empty(draft: Draft, page: Sequence[Line]) -> None:
    counts = (headings.announced(line.content) for line in page if line.at_margin)
    draft.title, draft.announced = _title(page), next((count for count in counts if count is not None), None)
    for note in _notes_on_nothing(page):
        draft.notes.add(note)


def _add(draft: Draft, entries: Sequence[Entry]) -> None:
    authors = {entry.author.casefold(): entry.author for entry in entries if entry.author}
    named = {name.casefold(): name for entry in entries if (name := addressee(entry.text)) is not None}
    readers = named | authors
    above: list[tuple[int, str]] = []  # indent and id of the comments that are open, outermost first
    for number, entry in enumerate(entries, start=1):
        while above and above[-1][0] >= entry.indent:
            above.pop()
        to = _reader(draft, entry.to, authors) if entry.to else addressee(entry.text)
        draft.add(
            str(number),
            entry.text,
            above[-1][1] if above else None,
            author=entry.author,
            written=entry.written,
            status=entry.status,
            likes=entry.likes,
            to=to or named_first(entry.text, readers, but=entry.author),
        )
        if entry.title and entry.title != draft.title and not _RE.match(entry.title):
            draft.notes.add(TITLED, f"comment {number}, “{entry.title[:60]}”")
        above.append((entry.indent, str(number)))


def _reader(draft: Draft, to: str, authors: Mapping[str, str]) -> str | None:
    """Return whom "En réponse à" names; it may be the title of a comment or of the article."""
    to = to.strip(' «»“”"')
    if to.casefold() in authors:
        return authors[to.casefold()]
    if to == draft.title or len(to.split()) > LONGEST_READER:
        draft.notes.add("what “En réponse à” names is a title and is left out", f"“{to[:60]}”")
        return None
    return to


def _title(article: Sequence[Line]) -> str | None:
    first = headings.bare(next((line.content for line in article if line.content), ""))
    return first if 0 < len(first) <= LONGEST_TITLE else None


def _notes_on_nothing(page: Sequence[Line]) -> Iterator[str]:
    reasons = dict.fromkeys(reason for line in page if (reason := headings.why_none(line.content)))
    yield from reasons or ["no thread found"]
    items = sum(line.marker != "" for line in page)
    if items and not reasons:
        yield f"a list of {items} items is not taken for comments: nothing announces it"
    lines = sum(header.written is not None for _, header in headers_of(page)) if not reasons else 0
    if lines > 1:
        yield f"{lines} names with a date are not taken for the beginnings of comments: nothing announces these"


def _notes_on_list(found: Printed) -> Iterator[str]:
    if found.reason:
        yield f"no heading announces the comments: the list is taken for comments because {found.reason}"
    if found.left_out:
        yield f"lines at the margin inside the list are left out: {found.left_out}"
    if not found.ended:
        yield "nothing marks the end of the list: its last comment may hold other text of the page"


def _notes_on_blocks(found: Blocks) -> Iterator[str]:
    yield f"no list shows where comments begin: they are told by lines such as “{found.sign[:60]}”"
    if found.reason:
        yield f"no heading announces the comments: these lines are taken for theirs because {found.reason}"
    if found.left_out:
        yield f"lines between the comments are left out: {len(found.left_out)}, the first is “{found.left_out[0][:60]}”"
    if not found.ended:
        yield "nothing marks the end of the comments: the last may hold other text of the page"
    if found.more:
        yield ELSEWHERE.format(found.more)
