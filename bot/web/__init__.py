"""The browser page: the local chat in a browser, mounted by `jobaid demo` only."""

from bot.web.listen import mount

__all__ = ["mount"]
