"""What the screen of labelling shows: each part of it as text, made from a session. No Textual here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from moderation.labelling.advice import Advice
from moderation.labelling.session import Session
from moderation.text import printable

#: For each label the keys of yes, no and unsure: letters that have the same place on French and English keyboards.
KEYS = ("sdf", "jkl", "xcv", "uio")
ANSWERS: tuple[tuple[str, int | None], ...] = (("yes", 1), ("no", 0), ("unsure", None))
TARGETS = {  # as it is shown, to fit 80 columns -> as it is written
    "commenter": "commenter",
    "author": "author",
    "public": "public_figure",
    "private": "private_person",
    "group": "group",
    "institution": "institution",
}
#: What the digits of the upper row give on a French keyboard without the shift key.
_DIGITS = dict(zip("&é\"'(-", "123456", strict=True))
_CHOSEN, _KEY, _DIM = "bold reverse", "bold cyan", "dim"


def target(character: str) -> str | None:
    """Return the target that a key stands for.

    Examples
    --------
    >>> target("3"), target("é"), target("9")
    ('public_figure', 'author', None)
    """
    number = _DIGITS.get(character, character)
    targets = list(TARGETS.values())
    return targets[int(number) - 1] if number in _DIGITS.values() else None


def title(session: Session) -> Text:
    """Return the title of the article."""
    return Text(printable(session.current.comment.title) if session.current else "")


def progress(session: Session, message: str) -> Text:
    """Return how far the session is and how fast it goes, or a message instead of the pace."""
    parts = [f"{session.done} of {session.total} done"]
    if message:
        parts.append(message)
    elif (pace := session.pace) is not None and session.current is not None:
        parts += [f"{pace:.0f} a minute", f"{_duration((session.total - session.done) / pace)} left"]
    if session.current is not None:
        number, copies = session.material.copies.get(session.current.comment.id, (1, 1))
        parts += [f"copy {number} of {copies} of this text"] if copies > 1 else []
    return Text(printable(" · ".join([*parts, session.annotator])), no_wrap=True, overflow="ellipsis")


def _duration(minutes: float) -> str:
    return "under a minute" if minutes < 1 else f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def parents(session: Session) -> Text:
    """Return the comment that the current one answers."""
    above = session.context(session.current.comment) if session.current else ()
    if not above:
        return Text("")
    more = f" (with {len(above) - 1} more above it)" if len(above) > 1 else ""
    return Text(f"answers{more}: {printable(' '.join((above[0].text or '').split()))}")


def comment(session: Session, found: Sequence[Advice]) -> Text:
    """Return the comment, the model's words in colour where they are asked for, the person's underlined."""
    if session.current is None:
        return Text(f"Nothing is left to judge. Every answer is in {session.log.path}.")
    text = (session.current.comment.text or "").replace("\r\n", " \n")  # of the same length: reasons are places in it
    shown = Text(printable(text))
    for one in found:
        for reason in one.reasons:
            if reason.marker is None:
                shown.stylize("bold red", reason.start, reason.end)
    for start, end in session.draft.spans:
        shown.stylize("underline", start, end)
    return shown


def advice(found: Sequence[Advice]) -> list[str]:
    """Return what the model says, a line for each label."""
    return [f"the model: {one}" for one in found]


def lines(found: Iterable[str]) -> Text:
    """Return lines that cannot drive the terminal."""
    return Text("\n".join(map(printable, found)))


def answers(session: Session) -> Text:
    """Return the questions with their keys; what is answered stands out."""
    shown = Text()
    if session.current is None:
        return shown
    draft = session.draft
    width = max(map(len, (*session.names, "target"))) + 2
    for name, row in zip(session.names, KEYS, strict=False):
        shown.append(f"{printable(name):<{width}}")
        for key, (word, value) in zip(row, ANSWERS, strict=True):
            _append(shown, key, word, name in draft.answers and draft.answers[name] == value)
        shown.append("\n")
    if "target" in draft.missing or draft.target:
        shown.append(f"{'target':<{width}}")
        for number, (word, hit) in enumerate(TARGETS.items(), start=1):
            _append(shown, str(number), word, draft.target == hit)
        shown.append("\n")
    if draft.note:
        shown.append(f"{'note':<{width}}{printable(draft.note)}")
    shown.rstrip()
    return shown


def _append(shown: Text, key: str, word: str, chosen: bool) -> None:
    shown.append(key, _KEY)
    shown.append(" ")
    shown.append(word, _CHOSEN if chosen else "")
    shown.append("  ")


def keys(described: Mapping[str, str]) -> Text:
    """Return a line of keys and what they do."""
    shown = Text()
    for key, description in described.items():
        shown.append(key, _KEY)
        shown.append(f" {description}  ", _DIM)
    shown.rstrip()
    return shown
