"""How fast and in how much memory threads are read, beside what a user would take instead, in one run.

    python -m benchmarks.threads [--comments 200000] [--page 50000] [--runs 3] [--write]

The files are made for the run: a WordPress export of 180 MB (ten comments an article, answers to the comment before, a
third of the texts with markup or entities), a WordPress page of 50,000 comments, and comments nested 5,000 levels deep in
each syntax. Each figure is the best of several runs, each in a process of its own; memory is the peak of that process
beyond one that has imported the same modules and read nothing.

Beside ours: the bare parser over the same file (`lxml.iterparse` clearing each item, `selectolax.lexbor`), which gives no
thread, no text and no date; and the libraries that are proposed for the task, feedparser for exports and trafilatura for
pages, with how many of the comments each returns. They are installed under build/bench-venvs.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `python benchmarks/threads.py` starts in this folder

from benchmarks.figures import publish
from benchmarks.speed.peers import Failed, environment

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "threads-figures.md"
DEPTH = 5_000
LIBRARY_SHARE = 20  # of the export, for feedparser, which holds all of it and takes minutes over the whole

WORDS = (
    "le courant est revenu hier soir à Kalaban mais pas chez nous et personne ne dit rien du prix du sac de riz "
    "la route de Ségou n’est toujours pas finie, merci pour l’article que les ministres viennent voir eux-mêmes"
).split()

PROLOGUE = """
import json, sys, time
def peak():
    with open('/proc/self/status') as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith('VmHWM'))
"""
OURS = """
from moderation.threads import read_threads
import lxml.etree, selectolax.lexbor, ijson
def read(path):
    return sum(len(thread) for thread in read_threads(path))
"""
BARE_XML = """
from lxml import etree
def read(path):
    count = 0
    for _, item in etree.iterparse(path, tag='item', huge_tree=True):
        count += len(item.findall('{http://wordpress.org/export/1.2/}comment'))
        item.clear()
        while item.getprevious() is not None:
            del item.getparent()[0]
    return count
"""
BARE_HTML = """
from selectolax.lexbor import LexborHTMLParser
def read(path):
    with open(path, encoding='utf-8') as page:
        tree = LexborHTMLParser(page.read())
    return len(tree.css('li.comment'))
"""
FEEDPARSER = """
import feedparser
def read(path):
    return sum('wp_comment_id' in entry or 'wp_comment_content' in entry for entry in feedparser.parse(path).entries)
"""
TRAFILATURA = """
import trafilatura
def read(path):
    with open(path, encoding='utf-8') as page:
        found = trafilatura.bare_extraction(page.read(), include_comments=True, favor_recall=True, with_metadata=False)
    return sum(bool(line.strip()) for line in (found.comments or '').splitlines()) if found else 0
"""
EPILOGUE = """
before = peak()
start = time.perf_counter()
count = read(sys.argv[1]) if len(sys.argv) > 1 else 0
print(json.dumps({'seconds': time.perf_counter() - start, 'memory': peak() - before, 'comments': count}))
"""


class Figure(NamedTuple):
    """What one reading took: seconds, MB beyond the interpreter, and how many comments came out."""

    seconds: float
    memory: float
    comments: int


def measured(program: str, path: Path, runs: int, python: str | Path = sys.executable) -> Figure:
    """Run a reading in processes of its own; return the best of each figure."""
    found = []
    for _ in range(runs):
        done = subprocess.run(
            [python, "-c", PROLOGUE + program + EPILOGUE, path], capture_output=True, text=True, cwd=ROOT
        )
        if done.returncode:
            raise Failed(done.stderr.strip().splitlines()[-1][:160])
        found.append(Figure(**json.loads(done.stdout.splitlines()[-1])))
    return Figure(min(f.seconds for f in found), min(f.memory for f in found), found[0].comments)


def text(chance: random.Random, number: int) -> str:
    """Return the text of a comment as an export holds it, about 650 characters."""
    sentences = [" ".join(chance.choices(WORDS, k=14)).capitalize() + "." for _ in range(8)]
    if number % 3 == 0:
        sentences[2] = f'<a href="https://journal.example/{number}">Lire ici</a> &amp; <strong>partager</strong>.\n\n'
    return " ".join(sentences)


def export(comments: int) -> Iterator[str]:
    """Yield a WordPress export."""
    chance = random.Random(5)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Journal</title><wp:wxr_version>1.2</wp:wxr_version>\n'
    )
    for number in range(1, comments + 1):
        if number % 10 == 1:
            yield (
                f"<item><title>Article {number}</title><link>https://journal.example/{number}</link>"
                f"<wp:post_id>{number}</wp:post_id><wp:post_type>post</wp:post_type>\n"
            )
        parent = number - 1 if number % 10 > 1 else 0
        yield (
            f"<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_author><![CDATA[Awa {number % 997}]]>"
            "</wp:comment_author><wp:comment_author_email>a@journal.example</wp:comment_author_email>"
            "<wp:comment_author_url/><wp:comment_author_IP>192.0.2.1</wp:comment_author_IP>"
            "<wp:comment_date>2026-03-01 08:00:00</wp:comment_date><wp:comment_date_gmt>2026-03-01 08:00:00"
            f"</wp:comment_date_gmt><wp:comment_content><![CDATA[{text(chance, number)}]]></wp:comment_content>"
            f"<wp:comment_approved>1</wp:comment_approved><wp:comment_type>comment</wp:comment_type>"
            f"<wp:comment_parent>{parent}</wp:comment_parent><wp:comment_user_id>0</wp:comment_user_id></wp:comment>\n"
        )
        if number % 10 == 0:
            yield "</item>\n"
    yield "</channel></rss>\n" if comments % 10 == 0 else "</item></channel></rss>\n"


def page(depths: Sequence[int]) -> Iterator[str]:
    """Yield a WordPress page whose comments stand at these depths."""
    chance = random.Random(5)
    yield (
        '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Article</title></head><body>'
        f'<div id="comments" class="comments-area"><h2 class="comments-title">{len(depths)} commentaires</h2>'
        '<ol class="comment-list">'
    )
    open_levels = 0
    for number, depth in enumerate(depths, start=1):
        while open_levels >= depth:
            open_levels -= 1
            yield "</li></ol>" if open_levels else "</li>"
        yield ('<ol class="children">' if depth > 1 else "") + (
            f'<li id="comment-{number}" class="comment even {"thread-even " * (depth == 1)}depth-{depth}">'
            f'<article id="div-comment-{number}" class="comment-body">'
            f'<footer class="comment-meta"><div class="comment-author vcard"><b class="fn">Awa {number % 997}</b> '
            '<span class="says">dit :</span></div><div class="comment-metadata"><a href="#"><time '
            'datetime="2026-03-01T08:00:00+00:00">1 mars 2026 à 8h00</time></a></div></footer><div class="comment-content">'
            f"<p>{' '.join(chance.choices(WORDS, k=14))}.</p>\n<p>{' '.join(chance.choices(WORDS, k=10))}.</p></div>"
            '<div class="reply"><a class="comment-reply-link" href="#">Répondre</a></div></article>'
        )
        open_levels = depth
    yield "</li></ol>" * open_levels + "</div></body></html>"


def nested_json(depth: int) -> Iterator[str]:
    """Yield comments that each answer the one before, each inside its replies."""
    for number in range(1, depth + 1):
        yield f'{"[" if number > 1 else chr(91)}{{"id": {number}, "text": "Oui {number}", "replies": '
    yield "[]" + "}]" * depth


def row(name: str, figure: Figure, base: Figure | None = None, of: int | None = None) -> str:
    """Return a row of a table."""
    ratio = f"{figure.seconds / base.seconds:.1f}x" if base else ""
    share = f"{figure.comments:,}" + (f" of {of:,}" if of is not None else "")
    return f"| {name} | {share} | {figure.seconds:.2f} s | {ratio} | {figure.memory:.0f} MB |"


def library(name: str, packages: str, program: str, path: Path, ours: Figure, of: int) -> str:
    """Return the row of another library, beside ours over the same file."""
    try:
        python = environment(*packages.split())
        return row(f"{name}, the same file", measured(program, path, 1, python), ours, of)
    except Failed as error:
        return f"| {name} | {error} | | | |"


def written(path: Path, parts: Iterator[str]) -> Path:
    """Write a file."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(parts)
    return path


def report(folder: Path, comments: int, shown: int, runs: int) -> Iterator[str]:
    """Make the files, measure, and yield the lines of the page."""
    head = "| reader | comments | time | against the first | memory |\n|---|---:|---:|---:|---:|"
    path = written(folder / "export.xml", export(comments))
    bare, ours = measured(BARE_XML, path, runs), measured(OURS, path, runs)
    yield f"\n## A WordPress export: {comments:,} comments, {path.stat().st_size / 1e6:.0f} MB\n\n{head}"
    yield row("lxml.iterparse, items cleared: no threads", bare, of=comments)
    yield row("ours", ours, bare, comments) + "\n"
    part = written(folder / "part.xml", export(comments // LIBRARY_SHARE))
    small = measured(OURS, part, runs)
    yield f"A {LIBRARY_SHARE}th of it:\n\n{head}\n" + row("ours", small, of=small.comments)
    yield library("feedparser", "feedparser", FEEDPARSER, part, small, small.comments)
    depths = [number % 5 + 1 for number in range(shown)]
    path = written(folder / "page.html", page(depths))
    bare, ours = measured(BARE_HTML, path, runs), measured(OURS, path, runs)
    yield f"\n## A WordPress page: {shown:,} comments, {path.stat().st_size / 1e6:.0f} MB\n\n{head}"
    yield row("selectolax.lexbor: the tree only", bare, of=shown)
    yield row("ours", ours, bare, shown)
    part = written(folder / "part.html", page(depths[: shown // LIBRARY_SHARE]))
    small = measured(OURS, part, runs)
    yield f"\nA {LIBRARY_SHARE}th of it:\n\n{head}\n" + row("ours", small, of=small.comments)
    yield library(
        "trafilatura, paragraphs of its comments",
        "trafilatura lxml_html_clean",
        TRAFILATURA,
        part,
        small,
        small.comments,
    )
    yield f"\n## Nested {DEPTH:,} levels\n\n{head}"
    for name, parts in {
        "html": page(range(1, DEPTH + 1)),
        "xml": (line.replace("</item>\n<item>", "") for line in _one_item(export(DEPTH))),
        "json": nested_json(DEPTH),
    }.items():
        yield row(name, measured(OURS, written(folder / f"deep.{name}", iter(parts)), runs), of=DEPTH)


def _one_item(lines: Iterator[str]) -> Iterator[str]:
    """Yield an export whose comments all stand in one item, each answering the one before."""
    number = 0
    for line in lines:
        if line.startswith("<item>"):
            if number == 0:
                yield line
        elif line == "</item>\n":
            pass
        elif "<wp:comment>" in line:
            number += 1
            before, _, after = line.partition("<wp:comment_parent>")
            yield f"{before}<wp:comment_parent>{number - 1}{after[after.index('<') :]}"
        else:
            yield line if "</channel>" not in line else "</item></channel></rss>\n"


def main(given: Sequence[str] | None = None) -> dict[str, Any]:
    """Read the command line, print the figures, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.threads", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--comments", type=int, default=200_000, help="comments of the export")
    parser.add_argument("--page", type=int, default=50_000, help="comments of the page")
    parser.add_argument("--runs", type=int, default=3, help="runs of each figure, of which the best counts")
    parser.add_argument("--write", action="store_true", help=f"write {FIGURES.relative_to(ROOT)}")
    options = parser.parse_args(given)
    heading = (
        "# Figures of reading\n\nWritten by `make threads`; do not edit. What they mean: [threads.md](threads.md)."
    )
    with tempfile.TemporaryDirectory() as folder:
        publish(
            heading,
            report(Path(folder), options.comments, options.page, options.runs),
            FIGURES if options.write else None,
        )
    return vars(options)


if __name__ == "__main__":
    main()
