"""False alarms on text that nobody wrote to offend: short comments, Bambara, French prose, translated messages.

The prose is technical and cites addresses and settings: free French in that amount that one command installs was not found
elsewhere. Name a folder of other prose with MODERATION_FRENCH.
"""

import html
import os
import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.quality import templates
from benchmarks.quality.report import Bar, Section, share, table
from benchmarks.quality.subject import Absent, Subject

MOST_FLAGGED = 0.01
WORDS = 100_000
#: Manuals under the GPL, from the packages ``debian-handbook`` and ``debian-reference-fr``.
MANUALS = "/usr/share/doc/debian-handbook/html/fr-FR:/usr/share/debian-reference"
FRENCH = tuple(map(Path, os.environ.get("MODERATION_FRENCH", MANUALS).split(os.pathsep)))
_PARAGRAPH = re.compile(r'<(?:p|div class="para")[^>]*>(.*?)</(?:p|div)>', re.DOTALL)
_FRENCH_WORDS = frozenset(
    "le la les de des du et un une est en que qui pour dans à ce se sur par au aux il ne pas".split()
)
LEAST_FRENCH = 0.2  # of the words; a translated book keeps some paragraphs in English, which have next to none
LEAST_WORDS = 8


def section(subject: Subject) -> Section:
    """Return a row for each kind of clean text; what only goes to a person because it is unknown stands apart."""
    rows, notes, bars = [], [], []
    for name, read in {
        "short comments": _short,
        "clean Bambara": _bambara,
        "French prose": _french,
        "French SMS, not spam": _messages,
    }.items():
        try:
            texts = read(subject)
        except Absent as error:
            notes += [f"- {error}"]
            continue
        kept = [text for text in texts if not subject.model.was_trained_on(text)]
        notes += [f"- {name}: {len(texts) - len(kept)} of {len(texts)} texts left out, the model was trained on them."]
        scores = subject.model.score(kept)
        called = [subject.policy.action(found)[1] for found in scores]
        flagged = sum(map(bool, called))
        unknown = sum(found.coverage < subject.policy.coverage and not subject.calls(found) for found in scores)
        words = sum(len(text.split()) for text in kept)
        by_label = [f"{sum(label in found for found in called) / len(kept):.1%}" for label in subject.model.labels]
        cells = [len(kept), words, share(flagged, len(kept)), *by_label, f"{flagged / words * 100_000:.0f}"]
        rows.append([name, *cells, share(unknown, len(kept))])
        if name == "clean Bambara":
            bars.append(Bar("clean Bambara flagged", flagged / len(kept), "<=", MOST_FLAGGED, share=True))
    for label in subject.model.labels:
        texts = [found.text for found in templates.short_comments() if found.text and found.answers.get(label)]
        flagged = sum(label in subject.policy.action(scores)[1] for scores in subject.model.score(texts))
        notes.append(f"- Of the short comments beside them that are {label}, {share(flagged, len(texts))} are found.")
    columns = ["set", "texts", "words", "flagged for a label", *subject.model.labels, "flagged in 100,000 words"]
    columns.append("sent only because unknown")
    return Section("False alarms on clean text", [*notes, "", *(table(columns, rows) if rows else [])], bars)


def _short(subject: Subject) -> list[str]:
    return [label.text for label in templates.short_comments() if label.text and not any(label.answers.values())]


def _bambara(subject: Subject) -> list[str]:
    return [row["text"] for row in subject.read("bambara_unlabelled")]


def _messages(subject: Subject) -> list[str]:
    return [row["text"] for row in subject.read("sms_spam_fr") if row["spam"] == "0"]


def _french(subject: Subject) -> list[str]:
    if not any(folder.is_dir() for folder in FRENCH):
        raise Absent(
            "Left out: no French prose is here. `apt-get install debian-handbook debian-reference-fr` installs some, or "
            "MODERATION_FRENCH names folders of .html or .txt files."
        )
    texts, words = [], 0
    for text in (text for folder in FRENCH for text in _paragraphs(folder)):
        if words >= WORDS:
            break
        texts.append(text)
        words += len(text.split())
    return texts


def _paragraphs(folder: Path) -> Iterator[str]:
    """Yield the French paragraphs of the files of a folder."""
    for path in sorted([*folder.glob("*.html"), *folder.glob("*.txt")]):
        content = path.read_text(encoding="utf-8", errors="replace")
        found = _PARAGRAPH.findall(content) if path.suffix == ".html" else re.split(r"\n\s*\n", content)
        for part in found:
            plain = html.unescape(re.sub(r"<[^>]+>", "", part)) if path.suffix == ".html" else part
            words = plain.split()
            french = sum(word.lower() in _FRENCH_WORDS for word in words)
            if len(words) >= LEAST_WORDS and french >= LEAST_FRENCH * len(words):
                yield " ".join(words)
