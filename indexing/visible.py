"""Decides which characters of a text count: those that a reader can see."""

from __future__ import annotations

import re
import unicodedata

# Breaks of every kind become one: a line that only some programs see cannot hide anything.
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

# Bullets of Word's and PDF's symbol fonts, the only private-use characters with a known meaning.
_BULLETS = re.compile("[\uf0a7\uf0b7\uf0d8\uf0fc]")

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters, all but tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero width; direction marks and overrides
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"  # fillers, selectors, not characters
    "\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use: means something else to everybody
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # shorthand and musical controls
    "\U000e0000-\U000e0fff"  # tags and further selectors: an invisible alphabet
    "\ud800-\udfff"  # halves of pairs
    "]"
)

# Joiners spell words in some scripts and hold emoji together; anywhere else they only hide.
_EMOJI = "\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff"
_JOINED = "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af"
_LOOSE = re.compile(
    f"(?<![{_EMOJI}{_JOINED}])[\u200c\u200d]+|[\u200c\u200d]+(?![{_EMOJI}{_JOINED}])"
    "|(?<=[\u200c\u200d])[\u200c\u200d]+"
    "|(?<![^\\s\ufe0e\ufe0f])[\ufe0e\ufe0f]+|(?<=[\ufe0e\ufe0f])[\ufe0e\ufe0f]+"
)


def visible(text: str) -> str:
    """Return what a reader sees of `text`, composed (NFC), with `\\n` as its only line break.

    Control, zero-width, direction-override, tag and private-use characters go. Letters that are
    written right to left, accents and emoji sequences stay.
    """
    if text.isascii() and text.isprintable():
        return text
    broken = _BULLETS.sub("•", _BREAKS.sub("\n", text))
    return unicodedata.normalize("NFC", _LOOSE.sub("", _UNSEEN.sub("", broken)))


def one_line(text: str) -> str:
    """Return what a reader sees of `text` on one line."""
    return " ".join(visible(text).split())
