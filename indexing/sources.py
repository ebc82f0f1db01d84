"""Decides which files of a folder are documents, and reads them without trusting the folder."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from indexing import reading
from indexing.governance import Fields, Wording, worded
from indexing.governance_file import GovernanceFile, parse_governance_file
from indexing.problems import Problem
from indexing.reading import Read
from indexing.reading.encoding import decoded
from indexing.visible import visible

MOST_BYTES = 20_000_000
"""A larger file is refused by its size, without being opened."""
GOVERNANCE_NAMES = ("governance.yaml", "governance.yml")


@dataclass(frozen=True, slots=True)
class Folder:
    """What stands below a path. `root` is the folder that uris are relative to.

    `files` maps uri to path. `refused` and `ignored` map uri to why. `unlisted` are folders that
    could not be looked into: what was known below them has not vanished. `is_whole` is false when
    the path was a single file.
    """

    root: Path
    files: Mapping[str, Path]
    refused: Mapping[str, Problem]
    ignored: Mapping[str, Problem]
    unlisted: tuple[str, ...]
    is_whole: bool

    def still_has(self, uri: str) -> bool:
        """Say whether a document known by this uri is still there, readable or not."""
        return (
            not self.is_whole
            or uri in self.files
            or uri in self.refused
            or any(uri.startswith(f"{folder}/") for folder in self.unlisted)
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that was read and whose governance is complete, its dates not yet resolved."""

    uri: str
    fingerprint: str
    read: Read
    fields: Fields
    wording: Wording
    content_sha256: str
    text_sha256: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be indexed. `text_sha256` is empty where its text could not be read."""

    uri: str
    problem: Problem
    text_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Same:
    """A file that has not changed since it was last stored, and neither has its governance."""

    uri: str


def list_folder(path: Path, governance: Path | None = None) -> Folder | Problem:
    """List the documents at or below `path`.

    Hidden files are passed over in silence, and so is the governance file given, wherever it is.
    """
    try:
        root = path.resolve(strict=True)
        is_whole = root.is_dir()
    except (OSError, RuntimeError):
        return Problem("path_missing", "path", value=str(path))
    files: dict[str, Path] = {}
    refused: dict[str, Problem] = {}
    ignored: dict[str, Problem] = {}
    unlisted: list[str] = []
    # A file is named as it was given: a link from elsewhere must not pass as its target.
    top = root if is_whole else path.parent.resolve()
    found = _below(top, unlisted, refused, ignored) if is_whole else [top / path.name]
    given = governance.resolve() if governance else None
    for file in found:
        if file == given:
            continue
        uri = unicodedata.normalize("NFC", file.relative_to(top).as_posix())
        problem = _unusable(file, uri, top)
        if problem is None:
            files[uri] = file
        else:
            (ignored if problem.code == "unknown_format" else refused)[problem.file] = problem
    return Folder(top, files, refused, ignored, tuple(unlisted), is_whole)


def _below(
    top: Path, unlisted: list[str], refused: dict[str, Problem], ignored: dict[str, Problem]
) -> list[Path]:
    def cannot_list(error: OSError) -> None:
        uri = _shown(Path(error.filename).relative_to(top).as_posix())
        unlisted.append(uri)
        refused[uri] = Problem("unreadable", file=uri, value=error.strerror or "")

    found: list[Path] = []
    for folder, subfolders, names in os.walk(top, onerror=cannot_list):
        here = Path(folder)
        subfolders[:] = sorted(n for n in subfolders if not n.startswith((".", "__MACOSX")))
        for name in subfolders:
            if (here / name).is_symlink():
                uri = _shown((here / name).relative_to(top).as_posix())
                ignored[uri] = Problem("linked_folder", file=uri)
        # `~$` is what Word leaves beside an open document.
        found += [here / n for n in sorted(names) if not n.startswith((".", "~$"))]
    return [f for f in found if f.parent != top or f.name not in GOVERNANCE_NAMES]


def _unusable(file: Path, uri: str, top: Path) -> Problem | None:
    """Say why a file is not read at all; the problem's `file` is a uri that can be shown."""
    shown = _shown(uri)
    if file.suffix.lower() not in reading.FORMATS:
        return Problem("unknown_format", file=shown, value=file.suffix.lower())
    if shown != uri:
        return Problem("file_name", file=shown)
    try:
        if not file.resolve(strict=True).is_relative_to(top):
            return Problem("link_outside", file=uri)
        if not file.is_file():
            return Problem("unreadable", file=uri, value="not a file")
        size = file.stat().st_size
    except (OSError, RuntimeError) as error:
        return Problem(
            "unreadable", file=uri, value=getattr(error, "strerror", "") or "broken link"
        )
    if size > MOST_BYTES:
        return Problem("too_large", file=uri, value=f"{size / 1e6:.0f}")
    return None


def _shown(uri: str) -> str:
    """Return a uri that can be stored and printed, equal to it if it is fit to be one."""
    return visible(uri.encode("utf-8", "replace").decode("utf-8")).replace("\n", " ")


def load_governance(folder: Folder, given: Path | None) -> GovernanceFile:
    """Read the governance file given, else the folder's own, else none. Mistakes are kept in it."""
    names = [folder.root / name for name in GOVERNANCE_NAMES]
    path = given or next((name for name in names if name.is_file()), None)
    if path is None:
        return GovernanceFile()
    try:
        if path.stat().st_size > MOST_BYTES:
            return GovernanceFile(path.name, Problem("too_large", file=path.name, value="20"))
        raw = path.read_bytes()
    except OSError as error:
        return GovernanceFile(
            path.name, Problem("unreadable", file=path.name, value=error.strerror or "")
        )
    text = decoded(raw, path.name)
    if isinstance(text, Problem):
        return GovernanceFile(path.name, text)
    return parse_governance_file(text, path.name)


def load(
    uri: str, path: Path, governance: GovernanceFile, known: str | None
) -> Draft | Refused | Same:
    """Read one file. `known` is the fingerprint under which it was last stored.

    Takes as long as parsing takes: call it outside the event loop.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        return Refused(uri, Problem("unreadable", file=uri, value=error.strerror or ""))
    if len(raw) > MOST_BYTES:
        return Refused(uri, Problem("too_large", file=uri, value=f"{len(raw) / 1e6:.0f}"))
    from_folder = governance.fields_for(uri)
    if isinstance(from_folder, Problem):
        return Refused(uri, from_folder, _text_of(raw, uri))
    fingerprint = _fingerprint(raw, from_folder)
    if fingerprint == known:
        return Same(uri)
    read = reading.read(raw, uri)
    if isinstance(read, Problem):
        return Refused(uri, read)
    text_sha256 = _hash(" ".join(read.markdown.split()))
    if isinstance(read.fields, Problem):
        return Refused(uri, read.fields, text_sha256)
    fields = {**from_folder, **read.fields}
    wording = worded(fields, read.title, uri)
    if isinstance(wording, Problem):
        return Refused(uri, wording, text_sha256)
    content = _hash(wording.title + "\n" + _lines(read.markdown))
    return Draft(uri, fingerprint, read, fields, wording, content, text_sha256)


def _text_of(raw: bytes, uri: str) -> str:
    read = reading.read(raw, uri)
    return "" if isinstance(read, Problem) else _hash(" ".join(read.markdown.split()))


def _fingerprint(raw: bytes, fields: Fields) -> str:
    said = json.dumps({name: value.words for name, value in sorted(fields.items())})
    return sha256(sha256(raw).digest() + f"{reading.VERSION}\n{said}".encode()).hexdigest()


def _lines(markdown: str) -> str:
    """Return the text as it reads: trailing blanks and the number of empty lines do not count."""
    lines = [line.rstrip() for line in markdown.split("\n")]
    return "\n".join(
        line for number, line in enumerate(lines) if line or (number and lines[number - 1])
    )


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
