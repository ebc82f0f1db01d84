"""Decides what has no place in a module's plain text: links, mentions, images, markup, unseen signs.

What the SOP itself has may stand: a command with an address in it is quoted as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from indexing.visible import visible

_LINK = re.compile(
    r"(?:https?|ftps?|file|slack|msteams)://\S+|\b(?:mailto|javascript):\S+|\bdata:\w+/\S+"
    r"|\bwww\.\S+|\[[^\]\n]*\]\([^)\n]*\)"
    r"|(?<![\w@.:/-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|info|biz|co\.uk|eu|de|ru)\b(?:/\S*)?",
    re.IGNORECASE,
)
_MENTION = re.compile(r"<[@#!][^<>\n]*>|<at\b[^<>\n]*>|(?<![\w@.])@[A-Za-z][\w.-]*", re.IGNORECASE)
_MARKUP = re.compile(
    r"!\[|\*\*|(?<![\w*])\*(?=[^\s*])[^*\n]*[^\s*]\*(?![\w*])|(?<!_)__(?!_)|~~|`+|^ {0,3}#{1,6} "
    r"|</?(?:a|abbr|b|br|button|code|div|em|font|form|h[1-6]|hr|i|iframe|img|input|li|link|meta|ol"
    r"|p|pre|s|script|span|strong|style|sub|sup|svg|table|td|th|tr|u|ul|video)\b[^<>\n]*>"
    r"|<!--|&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,6});",
    re.IGNORECASE | re.MULTILINE,
)
_KINDS = (("link", _LINK), ("mention", _MENTION), ("markup", _MARKUP))


def marks(text: str, sources: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What of a text is no plain text, as (code, the words at fault).

    Codes: `link`, `mention`, `markup`, `control`. What stands the same way in a source may stand.
    """
    for code, pattern in _KINDS:
        found = dict.fromkeys(match.group() for match in pattern.finditer(text))
        wrong = tuple(each for each in found if not any(each in source for source in sources))
        if wrong:
            yield code, wrong
    whole = unicodedata.normalize("NFC", text)
    if visible(whole) != whole and not any(text in source for source in sources):
        yield "control", ()
