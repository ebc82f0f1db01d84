"""Decides whether a source's address may become a link, whichever platform draws it."""

from __future__ import annotations

from urllib.parse import urlsplit

_ENDS = frozenset("<>|\"'`\\")
"""Signs that end an address early, or read as something else, in one markup or another."""


def is_openable(url: str, longest: int) -> bool:
    """Whether a link may lead there: https, a host, no credentials, at most `longest` characters.

    Governance takes in no other address. It is asked again here because a link acts.
    """
    if len(url) > longest:
        return False
    if any(sign.isspace() or sign in _ENDS or not sign.isprintable() for sign in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
