"""The screen of labelling: shows what a session asks about and turns keys into answers. The only user of Textual."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from moderation.errors import ModerationError
from moderation.labelling.advice import Advice
from moderation.labelling.session import Session
from moderation.labels import Label
from moderation.text import printable

#: For each label the keys of yes, no and unsure: letters that have the same place on French and English keyboards.
KEYS = ("sdf", "jkl", "xcv", "uio")
ANSWERS: tuple[tuple[str, int | None], ...] = (("yes", 1), ("no", 0), ("unsure", None))
TARGETS = ("commenter", "author", "public_figure", "private_person", "group", "institution")
#: What the digits of the upper row give on a French keyboard without the shift key.
_DIGITS = dict(zip("&é\"'(-", "123456", strict=True))
_CHOSEN, _KEY, _DIM = "bold reverse", "bold cyan", "dim"

Adviser = Callable[[str], Sequence[Advice]]


class LabellingApp(App[None]):
    """Asks about the comments of a session, full screen.

    Parameters
    ----------
    adviser
        What the model says of a text; called only when a person asks for it.
    opinions
        Id of a comment -> lines to show under it: what others said, where disagreements are decided.

    Attributes
    ----------
    failure
        The error that ended it, if one did.
    """

    CSS = """
    #head { height: auto; padding: 0 1; background: $surface; }
    #title { text-style: bold; height: auto; max-height: 2; }
    #progress { color: $text-muted; height: 1; }
    #parent { color: $text-muted; height: auto; max-height: 6; padding: 0 1 0 3; }
    #body { height: 1fr; padding: 1 1 0 1; }
    #comment { height: auto; }
    #said { height: auto; max-height: 9; padding: 0 1; color: $text-muted; }
    #foot { height: auto; padding: 0 1; background: $surface; }
    #foot Static { height: auto; }
    #note { height: 1; border: none; padding: 0; background: $boost; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "rest", "no to the rest"),
        Binding("backspace", "undo", "undo"),
        Binding("tab", "skip", "skip", priority=True),
        Binding("n", "note", "note"),
        Binding("r", "reasons", "reasons"),
        Binding("escape", "leave_note", show=False),
        Binding("q,ctrl+c,ctrl+q", "quit", "end", priority=False),
    ]

    def __init__(self, session: Session, adviser: Adviser, opinions: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__()
        self.session, self.adviser, self.opinions = session, adviser, opinions or {}
        self.failure: ModerationError | None = None
        self._advice: Sequence[Advice] = ()
        self._message = ""

    def compose(self) -> ComposeResult:
        """Lay the screen out: head, parent, comment, what others say, answers."""
        with Vertical(id="head"):
            yield Static(id="title")
            yield Static(id="progress")
        yield Static(id="parent")
        with VerticalScroll(id="body"):
            yield Static(id="comment")
        yield Static(id="said")
        with Vertical(id="foot"):
            yield Static(id="answers")
            yield Input(id="note", placeholder="flood, threat, fact, or your own words; enter keeps, escape leaves")
            yield Static(id="keys")

    def on_mount(self) -> None:
        """Show the first comment."""
        self.query_one("#note").display = False
        self._show_comment()

    def on_key(self, event: events.Key) -> None:
        """Take a key that answers a question."""
        if self.session.current is None or self._noting or not event.character:
            return
        character = event.character.lower()
        for name, keys in zip(self.session.names, KEYS, strict=False):
            if character in keys:
                self._answer(name, ANSWERS[keys.index(character)][1])
                return
        number = _DIGITS.get(character, character)
        if "target" in self.session.draft.missing and number in "123456":
            self.session.draft = replace(self.session.draft, target=TARGETS[int(number) - 1])
            self._proceed()

    def action_rest(self) -> None:
        """Answer no where there is no answer yet, and go on."""
        if self.session.current is not None:
            self.session.draft = self.session.draft.rest()
            self._proceed()

    def action_skip(self) -> None:
        """Put the comment behind the others."""
        if self.session.current is not None and not self._noting:
            self.session.skip()
            self._message = "skipped: it comes again at the end"
            self._show_comment()

    def action_undo(self) -> None:
        """Take back the answers begun; if there is none, the last judgement."""
        if self.session.clear():
            self._show_answers()
            return
        self._message = "" if self._guarded(self.session.undo) else "nothing to undo"
        self._show_comment()

    def action_reasons(self) -> None:
        """Show what the model says, and remember that it was seen."""
        entry = self.session.current
        if entry is not None and not self._advice:
            self._guarded(lambda: self._ask(entry.comment.text or ""))
            self._show_comment(keep_advice=True)

    def action_note(self) -> None:
        """Open the line for a note."""
        if self.session.current is not None:
            note = self.query_one("#note", Input)
            note.display, note.value = True, self.session.draft.note
            note.focus()

    def action_leave_note(self) -> None:
        """Close the line for a note; what was typed is dropped."""
        self.query_one("#note").display = False
        self.query_one("#body").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the note."""
        self.session.draft = replace(self.session.draft, note=" ".join(event.value.split()))
        self.action_leave_note()
        self._show_answers()

    @property
    def _noting(self) -> bool:
        return bool(self.query_one("#note").display)

    def _ask(self, text: str) -> bool:
        self._advice = self.adviser(text)
        self.session.draft = replace(self.session.draft, looked=True)
        return True

    def _answer(self, name: str, value: int | None) -> None:
        self.session.draft = self.session.draft.answer(name, value)
        self._proceed()

    def _proceed(self) -> None:
        """Write the judgement if nothing is missing; show what is next."""
        if self.session.draft.complete:
            self._message = ""
            self._guarded(self._judge)
            self._show_comment()
        else:
            self._show_answers()

    def _judge(self) -> bool:
        self.session.judge(self.session.draft)
        return True

    def _guarded(self, action: Callable[[], bool]) -> bool:
        """Do something that may fail; a failure ends the screen, and the command line says it."""
        try:
            return action()
        except ModerationError as error:
            self.failure = error
            self.exit()
            return False

    def _show_comment(self, keep_advice: bool = False) -> None:
        if not keep_advice:
            self._advice = ()
        entry = self.session.current
        comment = entry.comment if entry else None
        self.query_one("#title", Static).update(Text(printable(comment.title) if comment else ""))
        self.query_one("#parent", Static).update(self._parents(comment))
        self.query_one("#comment", Static).update(self._text(comment))
        self.query_one("#said", Static).update(Text("\n".join(map(printable, self._said(comment)))))
        body = self.query_one("#body", VerticalScroll)
        body.scroll_home(animate=False)
        body.focus()
        self._show_answers()

    def _show_answers(self) -> None:
        self.query_one("#progress", Static).update(Text(self._progress(), no_wrap=True, overflow="ellipsis"))
        self.query_one("#answers", Static).update(self._answers())
        self.query_one("#keys", Static).update(_keys(self.BINDINGS))

    def _progress(self) -> str:
        session = self.session
        parts = [f"{session.done} of {session.total} done"]
        if (pace := session.pace) is not None and session.current is not None:
            parts += [f"{pace:.0f} a minute", f"{_duration((session.total - session.done) / pace)} left"]
        if session.current is not None:
            number, copies = session.material.copies.get(session.current.comment.id, (1, 1))
            parts += [f"copy {number} of {copies} of this text"] if copies > 1 else []
        return printable(" · ".join([*parts, session.annotator, *([self._message] if self._message else [])]))

    def _parents(self, comment: Label | None) -> Text:
        above = self.session.context(comment) if comment else ()
        if not above:
            return Text("")
        more = f" (with {len(above) - 1} more above it)" if len(above) > 1 else ""
        return Text(f"answers{more}: {printable(above[0].text or '')}")

    def _text(self, comment: Label | None) -> Text:
        if comment is None:
            return Text(f"All {self.session.total} comments are judged. Every answer is in {self.session.log.path}.")
        shown = Text(printable(comment.text or ""))
        for advice in self._advice:
            for reason in advice.reasons:
                if reason.marker is None:
                    shown.stylize("bold red", reason.start, reason.end)
        return shown

    def _said(self, comment: Label | None) -> list[str]:
        if comment is None:
            return []
        return [*self.opinions.get(comment.id, ()), *(f"the model: {advice}" for advice in self._advice)]

    def _answers(self) -> Text:
        draft, shown = self.session.draft, Text()
        if self.session.current is None:
            return shown
        width = max(map(len, (*self.session.names, "target"))) + 2
        for name, keys in zip(self.session.names, KEYS, strict=False):
            shown.append(f"{printable(name):<{width}}")
            for key, (word, value) in zip(keys, ANSWERS, strict=True):
                chosen = name in draft.answers and draft.answers[name] == value
                _append(shown, key, word, chosen)
            shown.append("\n")
        if "target" in draft.missing or draft.target:
            shown.append(f"{'target':<{width}}")
            for number, target in enumerate(TARGETS, start=1):
                _append(shown, str(number), target.replace("_", " "), draft.target == target)
            shown.append("\n")
        shown.append(f"{'note':<{width}}{printable(draft.note)}" if draft.note else "")
        shown.rstrip()
        return shown


def _append(shown: Text, key: str, word: str, chosen: bool) -> None:
    shown.append(key, _KEY)
    shown.append(" ")
    shown.append(word, _CHOSEN if chosen else "")
    shown.append("  ")


def _keys(bindings: Sequence[BindingType]) -> Text:
    shown = Text()
    for binding in bindings:
        if isinstance(binding, Binding) and binding.show:
            shown.append(binding.key.split(",")[0], _KEY)
            shown.append(f" {binding.description}   ", _DIM)
    shown.rstrip()
    return shown


def _duration(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
