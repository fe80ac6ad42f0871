"""The screen, driven by its keys as a person would."""

import asyncio
import re

import pytest

pytest.importorskip("textual")

from moderation.errors import ModelError, ModerationError
from moderation.labelling.advice import advise
from moderation.labelling.log import Log
from moderation.labelling.material import Material
from moderation.labelling.queue import Entry
from moderation.labelling.screen import LabellingApp
from moderation.labelling.session import Session
from moderation.labels import Label, read_labels

NAMES = ("insult", "spam")
PARENT = Label("p", "Le parent\n\nen deux parties", {}, title="Un titre [bold] \x1b[31m")
INSULT = Label("i", "Espèce de gros\r\nimbécile [b]!\x1b[2J", {}, parent_id="p", title=PARENT.title)
COPIES = tuple(Label(f"f{n}", "Prêt rapide 😂", {}) for n in range(3))
LONG = Label("l", "Un très long commentaire. " * 200, {})
KNOWN = (PARENT, INSULT, *COPIES, LONG)


@pytest.fixture
def press(tmp_path, moderator):
    """Press keys on a new screen of 80 by 24 and return its text lines, the app, and what is in the file."""

    def press(
        *keys, comments=KNOWN[1:], names=NAMES, adviser=None, size=(80, 24), opinions=None, drafts=None, spoil=None
    ):
        async def run():
            async with app.run_test(size=size) as pilot:
                for key in keys:
                    await pilot.press(key)
                    await pilot.pause()
                if spoil:
                    spoil(path)
                    await pilot.press("enter")
                    await pilot.pause()
                return lines_of(app)

        path = tmp_path / "x.csv"
        with Log(path, names) as log:
            material = Material(tuple(comments), {one.id: one for one in KNOWN})
            session = Session([Entry(one) for one in comments], material, log, "awa", names, drafts)
            app = LabellingApp(session, adviser or (lambda text: advise(moderator.model, text, names)), opinions)
            lines = asyncio.run(run())
        return lines, app, read_labels(path)

    return press


def lines_of(app):
    """Return what stands on the screen, line by line."""
    return ["".join(part.text for part in strip).rstrip() for strip in app.screen._compositor.render_strips()]


def shown(lines, pattern):
    return re.search(pattern, "\n".join(lines)) is not None


def test_the_comment_stands_under_its_title_and_parent_and_nothing_of_the_model_is_seen(press):
    lines, _, labels = press(comments=[INSULT])
    assert lines[0] == " Un titre [bold] �[31m"
    assert shown(lines, r"answers: Le parent en deux parties")
    assert shown(lines, r"Espèce de gros\s*\n imbécile \[b\]!�\[2J")
    assert shown(lines, r"insult  s yes  d no  f unsure\n spam    j yes  k no  l unsure\n")
    assert not shown(lines, "the model")
    assert labels == []


def test_all_fits_the_smallest_usual_terminal(press):
    lines, _, _ = press("s", "r", "n", *"unsure", "enter", comments=[INSULT])
    assert len(lines) == 24
    assert lines[-1] == " enter no to rest  backspace undo  tab skip  n note  w words  r reasons  q end"
    assert shown(lines, "1 commenter  2 author  3 public  4 private  5 group  6 institution\n note    unsure\n")


@pytest.mark.parametrize("size", [(20, 8), (40, 10), (300, 80)])
def test_other_sizes_do_no_harm(press, size):
    _, _, labels = press("r", "enter", "enter", size=size)
    assert len([label for label in labels if label.annotator]) == 2


@pytest.mark.parametrize(
    ("keys", "answers", "target"),
    [
        ("dk", {"insult": 0, "spam": 0}, "none"),
        ("kd", {"insult": 0, "spam": 0}, "none"),
        ("SJ1", {"insult": 1, "spam": 1}, "commenter"),
        ("s1j", {"insult": 1, "spam": 1}, "commenter"),
        ("ks6", {"insult": 1, "spam": 0}, "institution"),
        ("fl", {"insult": None, "spam": None}, ""),
        ("sdk", {"insult": 0, "spam": 0}, "none"),
        ("zqx9dk"[2:], {"insult": 0, "spam": 0}, "none"),
    ],
)
def test_one_key_is_one_answer_and_the_last_one_goes_on(press, keys, answers, target):
    _, app, labels = press(*keys, comments=[LONG, COPIES[0]])
    assert [(label.answers, label.target) for label in labels] == [(answers, target)]
    assert app.session.current.comment is COPIES[0]


def test_digits_of_a_french_keyboard_choose_the_target(press):
    _, _, labels = press("s", "é", "k", comments=[LONG])
    assert labels[0].target == "author"


def test_enter_says_no_to_the_rest(press):
    _, _, labels = press("enter", "j", "enter", "s", "enter", comments=COPIES)
    assert [label.answers for label in labels] == [
        {"insult": 0, "spam": 0},
        {"insult": 0, "spam": 1},
        {"insult": 1, "spam": 0},
    ]


def test_undo_first_forgets_what_was_begun(press):
    _, app, labels = press("enter", "s", "backspace", comments=COPIES)
    assert (len(labels), dict(app.session.draft.answers)) == (1, {})
    lines, app, labels = press("backspace", "backspace", comments=COPIES)
    assert (labels, app.session.done) == ([], 0)
    assert shown(lines, "nothing to undo")


def test_skip(press):
    lines, app, labels = press("tab", comments=COPIES)
    assert (labels, app.session.current.comment.id) == ([], "f1")
    assert shown(lines, "skipped: it comes again at the end")


def test_reasons_are_shown_when_asked_for_and_that_is_noted(press):
    lines, _, labels = press("r", comments=[INSULT])
    assert shown(lines, r"the model: insult \d+%: Espèce \+")
    assert labels == []
    lines, _, labels = press("r", "enter", comments=[INSULT, LONG])
    assert labels[-1].note == "reasons"
    assert not shown(lines, "the model")


def test_a_model_that_cannot_be_read_does_not_end_the_work(press):
    def adviser(text):
        raise ModelError("the folder is gone")

    assert shown(press("r", comments=[LONG], adviser=adviser)[0], "the folder is gone")
    assert press("r", "enter", comments=[LONG], adviser=adviser)[2][0].note == ""


def test_the_model_is_not_asked_before(press):
    press("enter", "tab", "backspace", adviser=lambda text: pytest.fail("asked"))


def test_a_note_is_typed_and_can_be_dropped(press):
    _, _, labels = press("n", *"fact dk", "enter", "d", "n", *"zzz", "escape", "k", comments=[LONG])
    assert (labels[0].note, labels[0].answers) == ("fact dk", {"insult": 0, "spam": 0})


def test_no_key_does_anything_else_while_a_line_is_typed(press):
    _, app, labels = press("d", "n", "tab", "ctrl+z", *"kq r", comments=[LONG])
    assert (labels, app.session.current.comment, app.failure) == ([], LONG, None)


def test_insulting_words_are_marked(press):
    lines, _, labels = press("w", *"autre", "enter", comments=[INSULT])
    assert shown(lines, "«autre» does not stand in the comment")
    _, _, labels = press("w", *"GROS imbécile", "enter", "s", "1", "k", comments=[INSULT])
    (span,) = labels[-1].spans
    assert INSULT.text[slice(*span)] == "gros\r\nimbécile"


def test_copies_progress_and_pace_are_shown(press):
    lines, _, _ = press("enter", comments=COPIES)
    assert re.search(
        r" 1 of 3 done · \d+ a minute · (under a minute|\d+ min) left · copy 2 of 3 of this text", lines[0]
    )


def test_the_end_says_where_the_answers_are(press):
    lines, app, labels = press("enter", "d", "enter", "r", "n", "w", "tab", comments=COPIES[:1])
    assert shown(lines, "Nothing is left to judge. Every answer is in")
    assert len(labels) == 1
    _, app, labels = press("backspace", comments=COPIES[:1])
    assert (app.session.current.comment, labels) == (COPIES[0], [])


def test_a_long_comment_is_scrolled(press):
    last = Label("m", "\n".join(f"ligne {n}" for n in range(60)), {})
    assert not shown(press(comments=[last])[0], "ligne 30")
    assert shown(press("pagedown", comments=[last])[0], "ligne 30")
    assert shown(press("end", comments=[last])[0], "ligne 59\n insult  s yes")


def test_a_file_that_cannot_be_written_ends_the_screen_with_the_error(press):
    def spoil(path):
        path.write_text(path.read_text() + "\n")

    _, app, _ = press("enter", comments=COPIES, spoil=spoil)
    assert isinstance(app.failure, ModerationError)
    assert "another program has changed" in str(app.failure)


def test_opinions_are_shown(press):
    lines, _, _ = press(comments=[LONG], opinions={"l": ["awa: insult yes \x1b[1m[b]", "issa: insult no"]})
    assert shown(lines, r" awa: insult yes �\[1m\[b\]\n issa: insult no\n")


def test_more_labels_have_more_keys(press):
    _, _, labels = press("d", "k", "x", "o", names=("insult", "spam", "off_topic", "flame"), comments=[LONG])
    assert labels[0].answers == {"insult": 0, "spam": 0, "off_topic": 1, "flame": None}
