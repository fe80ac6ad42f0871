"""The screen of labelling: shows what a session asks about and turns keys into answers. The only user of Textual."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from moderation.errors import LabelError, ModerationError
from moderation.labelling import view
from moderation.labelling.advice import Advice
from moderation.labelling.draft import find_spans
from moderation.labelling.session import Session

#: What can be typed -> what the empty line says.
_LINES = {
    "note": "flood, threat, fact, or your own words; enter keeps, escape drops",
    "words": "the insulting words as they stand above; several with ; between",
}

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
    #line { height: 1; border: none; padding: 0; background: $boost; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "rest", "no to rest"),
        Binding("backspace", "undo", "undo"),
        Binding("tab", "skip", "skip", priority=True),
        Binding("n", "type('note')", "note"),
        Binding("w", "type('words')", "words"),
        Binding("r", "reasons", "reasons"),
        Binding("escape", "leave_line", show=False),
        Binding("q,ctrl+c", "quit", "end"),
    ]

    def __init__(self, session: Session, adviser: Adviser, opinions: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__()
        self.session, self.adviser, self.opinions = session, adviser, opinions or {}
        self.failure: ModerationError | None = None
        self._advice: Sequence[Advice] = ()
        self._message = ""
        self._line = ""

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
            yield Input(id="line")
            yield Static(view.keys({_name(one): one.description for one in self._shown()}), id="keys")

    def on_mount(self) -> None:
        """Show the first comment."""
        self.query_one("#line").display = False
        self._show_comment()

    def on_key(self, event: events.Key) -> None:
        """Take a key that answers a question."""
        if self.session.current is None or self._line or not event.character:
            return
        character = event.character.lower()
        for name, keys in zip(self.session.names, view.KEYS, strict=False):
            if character in keys:
                self._answer(name, view.ANSWERS[keys.index(character)][1])
                return
        if "target" in self.session.draft.missing and (target := view.target(character)):
            self.session.draft = replace(self.session.draft, target=target)
            self._proceed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While a line is typed, only leave it or end; wherever the mouse has put the focus."""
        return not self._line or action not in {"rest", "undo", "skip", "type", "reasons"}

    def action_rest(self) -> None:
        """Answer no where there is no answer yet, and go on."""
        if self.session.current is not None:
            self.session.draft = self.session.draft.rest()
            self._proceed()

    def action_skip(self) -> None:
        """Put the comment behind the others."""
        if self.session.current is not None:
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
        if entry is None or self._advice:
            return
        try:
            self._advice = self.adviser(entry.comment.text or "")
            self.session.draft = replace(self.session.draft, looked=True)
        except ModerationError as error:
            self._message = str(error)
        self._show_comment(keep_advice=True)

    def action_type(self, line: str) -> None:
        """Open the line for a note, or for the words that make it an insult."""
        entry = self.session.current
        if entry is None:
            return
        typed = self.query_one("#line", Input)
        draft, text = self.session.draft, entry.comment.text or ""
        self._line = line
        typed.placeholder = _LINES[line]
        typed.value = draft.note if line == "note" else "; ".join(text[start:end] for start, end in draft.spans)
        typed.display = True
        typed.focus()

    def action_leave_line(self) -> None:
        """Close the line; what was typed is dropped."""
        self._line = ""
        self.query_one("#line").display = False
        self.query_one("#body").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep what was typed."""
        entry = self.session.current
        assert entry is not None
        self._message = ""
        line = self._line
        self.action_leave_line()
        if line == "note":
            self.session.draft = replace(self.session.draft, note=" ".join(event.value.split()))
        else:
            try:
                self.session.draft = replace(
                    self.session.draft, spans=find_spans(entry.comment.text or "", event.value)
                )
            except LabelError as error:
                self._message = str(error)
        self._show_comment(keep_advice=True)

    def _shown(self) -> list[Binding]:
        return [one for one in self.BINDINGS if isinstance(one, Binding) and one.show]

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
        said = [*self.opinions.get(entry.comment.id, ()), *view.advice(self._advice)] if entry else []
        self.query_one("#comment", Static).update(view.comment(self.session, self._advice))
        around = {"#title": view.title(self.session), "#parent": view.parents(self.session), "#said": view.lines(said)}
        for name, text in around.items():
            self.query_one(name, Static).update(text)
            self.query_one(name).display = bool(text)
        body = self.query_one("#body", VerticalScroll)
        body.scroll_home(animate=False)
        body.focus()
        self._show_answers()

    def _show_answers(self) -> None:
        self.query_one("#progress", Static).update(view.progress(self.session, self._message))
        self.query_one("#answers", Static).update(view.answers(self.session))


def _name(binding: Binding) -> str:
    return binding.key.split(",")[0]
