"""Decides how governance is read from YAML: front matter and the folder's `governance.yaml`.

Everything is read as text, so that a version "1.10" stays one, and each value remembers its file
and line for the report.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import yaml

from indexing.governance import Fields, Value, Wording
from indexing.problems import Code, Problem
from indexing.visible import one_line, visible

_SECTIONS = ("defaults", "documents")
_ALIKE = 0.75
"""How alike a slip and what was meant are: `onwer` and `owner` 0.8, but `phone` and `owner` 0.6."""


def parse(text: str, file: str) -> yaml.Node | Problem | None:
    """Return the root of one YAML text, None for an empty one, or what is wrong with it."""
    try:
        return yaml.compose(visible(text), Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Problem(
            "yaml", file=file, line=mark.line + 1 if mark else None, value=error.problem or ""
        )
    except (yaml.YAMLError, RecursionError) as error:
        return Problem("yaml", file=file, value=one_line(str(error))[:200])


def fields_of(node: yaml.Node, file: str, above: int = 0) -> dict[str, Value] | Problem:
    """Return the governance fields of one YAML mapping.

    `above` is how many lines of the file stand above the YAML text. An unknown key is a problem:
    a mistyped `audience` would otherwise open a document to everybody.
    """
    line = node.start_mark.line + 1 + above
    if not isinstance(node, yaml.MappingNode):
        return Problem("wrong_kind", file=file, line=line, value="a list of `key: value` lines")
    fields: dict[str, Value] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1 + above
        key = one_line(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
        if key not in Wording.model_fields:
            return Problem("unknown_key", key, file, line, key, _nearest(key, Wording.model_fields))
        if key in fields:
            return Problem("twice", key, file, line)
        words = _words(value_node)
        if words is None:
            return Problem("wrong_kind", key, file, line, value="a line of text or a list of them")
        fields[key] = Value(words, file, line)
    return fields


def _nearest(word: str, known: Iterable[str]) -> str:
    """The known word that this one is a slip of, '' when it is another word altogether."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=_ALIKE)
    return near[0] if near else ""


def _words(node: yaml.Node) -> str | tuple[str, ...] | None:
    if isinstance(node, yaml.ScalarNode):
        nothing = node.style is None and node.value in ("", "~", "null", "Null", "NULL")
        return "" if nothing else str(node.value)
    if isinstance(node, yaml.SequenceNode):
        parts = [_words(part) for part in node.value if isinstance(part, yaml.ScalarNode)]
        if len(parts) == len(node.value):
            return tuple(part for part in parts if isinstance(part, str))
    return None


@dataclass(frozen=True, slots=True)
class GovernanceFile:
    """A `governance.yaml`. A mistake stops the documents that it governs, and no others."""

    name: str = ""
    defaults: Fields | Problem = field(default_factory=dict)
    documents: tuple[tuple[str, Fields | Problem], ...] = ()

    def fields_for(self, uri: str) -> dict[str, Value] | Problem:
        """Return what the file says about the document at `uri`, later entries over earlier."""
        if isinstance(self.defaults, Problem):
            return self.defaults
        fields = dict(self.defaults)
        for glob, entry in self.documents:
            if glob_pattern(glob).fullmatch(uri):
                if isinstance(entry, Problem):
                    return entry
                fields.update(entry)
        return fields

    def unmatched(self, uris: Collection[str]) -> tuple[str, ...]:
        """Return the globs that match none of `uris`: most often a mistyped folder."""
        return tuple(
            glob for glob, _ in self.documents if not any(map(glob_pattern(glob).fullmatch, uris))
        )


def parse_governance_file(text: str, name: str) -> GovernanceFile:
    """Read a `governance.yaml`; its mistakes are kept where they stand, as problems."""
    root = parse(text, name)
    if root is None:
        return GovernanceFile(name)
    if isinstance(root, Problem):
        return GovernanceFile(name, root)
    parts = _sections(root, name)
    if isinstance(parts, Problem):
        return GovernanceFile(name, parts)
    defaults = fields_of(parts["defaults"], name) if "defaults" in parts else {}
    documents: list[tuple[str, Fields | Problem]] = []
    if "documents" in parts:
        entries = parts["documents"]
        if not isinstance(entries, yaml.MappingNode):
            wanted = "a list of `glob: {…}` lines"
            line = entries.start_mark.line + 1
            return GovernanceFile(name, Problem("wrong_kind", "documents", name, line, wanted))
        for glob, entry in entries.value:
            documents.append((one_line(str(glob.value)), fields_of(entry, name)))
    return GovernanceFile(name, defaults, tuple(documents))


def _sections(root: yaml.Node, name: str) -> dict[str, yaml.Node] | Problem:
    if not isinstance(root, yaml.MappingNode):
        return Problem("wrong_kind", "defaults", name, 1, "`defaults:` and `documents:`")
    parts: dict[str, yaml.Node] = {}
    for key, value in root.value:
        word, line = str(key.value), key.start_mark.line + 1
        if word not in _SECTIONS:
            hint = _nearest(word, _SECTIONS)
            code: Code = "unknown_key" if hint else "misplaced"
            return Problem(code, one_line(word), name, line, one_line(word), hint)
        if word in parts:
            return Problem("twice", word, name, line)
        if not (isinstance(value, yaml.ScalarNode) and value.value in ("", "~", "null")):
            parts[word] = value
    return parts


@lru_cache(maxsize=4096)
def glob_pattern(glob: str) -> re.Pattern[str]:
    """Return the pattern of a glob over uris: `*` and `?` stay within a folder, `**` does not."""
    parts: list[str] = []
    for token in re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]/]+\]|.", glob.removeprefix("./"), re.DOTALL):
        match token:
            case "**/":
                parts.append("(?:.+/)?")
            case "**":
                parts.append(".*")
            case "*":
                parts.append("[^/]*")
            case "?":
                parts.append("[^/]")
            case _ if len(token) > 1:
                inner = token[1:-1].replace("\\", r"\\").replace("[", r"\[")
                parts.append("[" + ("^/" + inner[1:] if inner[0] in "!^" else inner) + "]")
            case _:
                parts.append(re.escape(token))
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error:  # a range that runs backwards: take the brackets as they stand
        return re.compile(re.escape(glob))
