"""Decides which data is kept free for fiction: nobody's, however real it looks."""

from __future__ import annotations

import re

_DOMAIN = re.compile(
    r"(?:^|\.)(?:example(?:\.(?:com|org|net|edu|co\.uk|de|fr))?|test|invalid|localhost)$"
)
"""RFC 2606 and RFC 6761; `example.co.uk` and the like belong to registries as well."""

_PHONES = {
    44: re.compile(  # Ofcom, "Telephone numbers for use in TV and radio drama programmes"
        r"(?:113|114|115|116|117|118|121|131|141|151|161)4960\d{3}|1914980\d{3}|1632960\d{3}"
        r"|2079460\d{3}|2890180\d{3}|2896496\d{3}|2920180\d{3}|3069990\d{3}|7700900\d{3}"
        r"|8081570\d{3}|9098790\d{3}"
    ),
    1: re.compile(r"\d{3}55501\d{2}"),  # ATIS, 555 line number assignments
    61: re.compile(  # ACMA, numbers for use in TV shows, films and creative works
        r"[2378](?:5550|7010)\d{4}|491570(?:006|156|157|158|159|110|313|737)|1800160401|1800975\d{3}"
    ),
    353: re.compile(r"2091\d\d{4}|209[01]\d{5}"),  # ComReg, numbers for drama
}
_CARDS = frozenset(
    """
    4242424242424242 4000056655665556 4111111111111111 4012888888881881 4000000000000002
    4222222222222 5555555555554444 5105105105105100 5200828282828210 2223003122003222
    378282246310005 371449635398431 6011111111111117 6011000990139424 3056930009020004
    30569309025904 38520000023237 3530111333300000 3566002020360505 6200000000000005
    """.split()  # noqa: SIM905 - a list of that many literals reads worse
)
"""Test numbers that payment providers publish."""
_IBANS = frozenset(
    """
    GB82WEST12345698765432 GB29NWBK60161331926819 GB33BUKB20201555555555 DE89370400440532013000
    FR1420041010050500013M02606 IE29AIBK93115212345678 NL91ABNA0417164300 ES9121000418450200051332
    IT60X0542811101000000123456 CH9300762011623852957 AT611904300234573201 BE68539007547034
    """.split()  # noqa: SIM905
)
"""The examples of the SWIFT IBAN registry and those most often printed."""
_NAMES = frozenset(
    {
        *("jane doe", "john doe", "joe bloggs", "jane bloggs", "fred bloggs", "joe public"),
        *("john public", "max mustermann", "erika mustermann", "mario rossi", "jan kowalski"),
        *("john appleseed", "alice example", "bob example", "jo bloggs"),
    }
)
_ADDRESS = re.compile(r"\b(?:Example|Sample|Any|Some|Fictional|Anytown|Test|AA1 1AA|ZZ9)", re.I)


def is_email(address: str) -> bool:
    """Whether an e-mail address is of a domain that never delivers."""
    return bool(_DOMAIN.search(address.rpartition("@")[2].casefold()))


def is_phone(number: str) -> bool:
    """Whether a number is one that regulators give to films and plays, however it is written."""
    said = re.sub(r"\(0\)|[^\d+]", "", number)
    for country, kept in _PHONES.items():
        trunk = "1?" if country == 1 else "0?"
        if re.fullmatch(rf"(?:(?:\+|00){country}|{trunk})(?:{kept.pattern})", said):
            return True
    return False


def is_card(digits: str) -> bool:
    """Whether a card's number is a published test number."""
    return digits in _CARDS


def is_iban(account: str) -> bool:
    """Whether an account, written without spaces, is a published example."""
    return account in _IBANS


def is_name(name: str) -> bool:
    """Whether a full name is one that stands for anybody."""
    return name.casefold() in _NAMES


def is_address(address: str) -> bool:
    """Whether an address says of itself that it is an example."""
    return bool(_ADDRESS.search(address))
