"""Which files become which: found and told apart before any work is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from moderation.bulk import parquet
from moderation.bulk.reading import kind_of
from moderation.bulk.writing import FORMATS
from moderation.errors import SourceError

PACKED = (".gz", ".zst")
UNREADABLE = "unreadable"
_MAGIC = "*?["


@dataclass(frozen=True)
class Input:
    """A file that is to be scored.

    Parameters
    ----------
    path, source
        Where it is, and where within the folder or the glob that names it.
    kind, format
        Its format, `UNREADABLE` where it has none, and that of its output.
    size, written_at
        Bytes, and when they were written, in nanoseconds.
    problem
        Why it is unreadable.
    """

    path: Path
    source: str
    kind: str
    format: str
    size: int = 0
    written_at: int = 0
    problem: str = ""

    def changed(self) -> bool:
        """Whether the file is another than when it was planned, as far as its size and date tell."""
        if self.problem:
            return False
        found = self.path.stat()
        return (found.st_size, found.st_mtime_ns) != (self.size, self.written_at)

    def fingerprint(self) -> str:
        """Return the SHA-256 of its bytes; none of a file that is unreadable."""
        if self.problem:
            return ""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def name(self) -> str:
        """What it is called in the output folder: ``a/b`` for ``a/b.csv.gz``."""
        found = PurePath(self.source)
        return (found.with_suffix("") if found.suffix.lower() in PACKED else found).with_suffix("").as_posix()

    @property
    def output(self) -> str:
        """Path of the scores in the output folder."""
        return f"{self.name}.scores.{self.format}"

    @property
    def rejects(self) -> str:
        """Path of the rejects in the output folder."""
        return f"{self.name}.rejects.csv"


def plan(
    sources: Sequence[str],
    out: Path,
    columns: Mapping[str, str],
    format: str | None = None,
    source_format: str = "auto",
    keep_going: bool = False,
) -> list[Input]:
    """Return the files of paths, folders and globs, in the order of their names within each.

    Parameters
    ----------
    out
        The output folder; what stands in it is no input.
    format
        Of the output; None for that of the input, CSV for thread sources.
    keep_going
        Whether a file that cannot be read is passed over instead of raised.

    Raises
    ------
    SourceError
        Where a source is missing or cannot be read, or the outputs of two would have one name.
    """
    if format == "parquet":
        parquet.needed()
    inputs: list[Input] = []
    taken: dict[str, Path] = {}
    for path, source in _files(sources, out):
        found = Input(path, source.as_posix(), UNREADABLE, format or "csv")
        if (other := taken.setdefault(found.name.lower(), path)) != path:
            raise SourceError(
                f"{other} and {path} would both become {found.name}.scores; expected one name each; rename one, or score "
                "them into two folders"
            )
        try:
            inputs.append(_read(found, columns, format, source_format))
        except SourceError as error:
            if not keep_going:
                raise SourceError(f"{error}; or pass over it with --keep-going") from None
            inputs.append(replace(found, problem=str(error)))
    return inputs


def _read(found: Input, columns: Mapping[str, str], format: str | None, source_format: str) -> Input:
    kind = kind_of(found.path, columns, source_format)
    format = format or (kind if kind in FORMATS else "csv")
    facts = found.path.stat()
    return replace(
        found,
        kind=kind,
        format=format,
        size=facts.st_size,
        written_at=facts.st_mtime_ns,
    )


def _files(sources: Sequence[str], out: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each file once, and its path relative to the folder or the glob that names it."""
    seen: set[Path] = set()
    for source in sources:
        found = [
            (path, root) for path, root in _found(source) if path.is_file() or not path.exists()
        ]  # no pipe: it would wait
        outside = [(path, root) for path, root in found if out.resolve() not in path.resolve().parents]
        if not outside:
            there = "no plain file there" if Path(source).exists() else "no such file"
            why = f"holds only what stands in {out}, the output folder" if found else there
            raise SourceError(f"{source}: {why}; expected a file, a folder with files, or a glob; check the path")
        for path, root in outside:
            if path.resolve() not in seen:
                seen.add(path.resolve())
                yield path, path.relative_to(root)


def _found(source: str) -> Iterator[tuple[Path, Path]]:
    """Yield what a source names, and the folder that its names are relative to; in folders, nothing that is hidden."""
    path = Path(source)
    if path.is_file():
        yield path, path.parent if path.is_absolute() or ".." in path.parts else Path()
        return
    signs = [place for place, part in enumerate(path.parts) if any(sign in part for sign in _MAGIC)]
    if path.is_dir():
        root, pattern = path, "**/*"
    elif signs:
        root, pattern = Path(*path.parts[: signs[0]]), str(Path(*path.parts[signs[0] :]))
    else:
        return
    for file in sorted(root.glob(pattern)):
        if not any(part.startswith(".") for part in file.relative_to(root).parts):
            yield file, root
