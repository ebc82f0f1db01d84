"""Which addresses may become a link."""

from __future__ import annotations

import pytest

from bot.links import is_openable


@pytest.mark.parametrize(
    ("url", "opens"),
    [
        ("https://intranet.example/refunds?v=3#limits", True),
        ("HTTPS://intranet.example/", True),
        ("https://intranet.example/" + "x" * 75, True),
        ("https://intranet.example/" + "x" * 76, False),
        ("", False),
        ("http://intranet.example/", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://[broken/", False),
        ("https://bank.example@evil.example/", False),
        ("https://intranet.example/a b", False),
        ("https://intranet.example/a\u200bb", False),
        *((f"https://intranet.example/{sign}", False) for sign in "<>|\"'`\\"),
    ],
)
def test_only_a_plain_https_address_opens(url: str, opens: bool) -> None:
    assert is_openable(url, 100) is opens
