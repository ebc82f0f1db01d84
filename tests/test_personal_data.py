"""What looks like a real person's data in a draft, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kiln import (
    SCENARIO,
    blocking,
    own,
)

from learning.modules import (
    Variant,
)
from review.checking.person_names import full_names
from review.checking.personal_data import Known, personal_data

# Personal data

KNOWN = Known(
    ["Ring the desk on 020 7123 4567 or write to desk@pots.co.uk; ask Dana Cole at 9 Clay Road."]
)


@pytest.mark.parametrize(
    "text",
    [
        "Write to sarah.jones@gmail.com.",
        "She rings from 07911 123456.",
        "Her number is +44 7911 123456.",
        "He is at +49 30 12345678.",
        "Call (212) 736-5000.",
        "0113 243 1751 2 times",
        "From 9 to 5 0113 243 1751 10 lines",
        "Call 2127365000.",
        "It was paid with 4539 1488 0343 6467.",
        "Pay to GB94 BARC 1020 1530 0934 59 today.",
        "She lives at 14 Acacia Avenue.",
        "Send it to LS6 2AB.",
        "Ship it to Springfield, IL 62704.",
        "Hauptstraße 12 in Bonn",
        "His SSN is 123-45-6789.",
        "NI number AB 12 34 56 C",
        "Her NHS number is 943 476 5919.",
        "Sarah Johnson brings back a vase.",
        "Mohammed A. Khan wants a refund.",
        "Mrs Anna-Lena Müller's order",
    ],
)
async def test_a_real_looking_persons_data_is_found_and_blocks(text: str) -> None:
    assert list(personal_data(text, KNOWN))
    variant = Variant((own(text),), own("What do you do?"))
    assert "personal_data" in await blocking(
        replace(SCENARIO, variants=(variant, *SCENARIO.variants[1:]))
    )


@pytest.mark.parametrize(
    "text",
    [
        "Write to sam@example.com or kim@shop.example.",
        "She rings from 07700 900123, or 020 7946 0018.",
        "Call +44 7700 900 123 or 212-555-0123.",
        "It was paid with 4242 4242 4242 4242.",
        "Pay to GB82 WEST 1234 5698 7654 32.",
        "She lives at 1 Example Street.",
        "SSN 987-65-4321 and QQ 12 34 56 C are printed on specimens.",
        "Jane Doe and Joe Bloggs are nobody.",
        "Priya brings back a vase, and Mr Ahmed asks for Sam.",
        "Order 4471200345 of 20/11/2026, 10:30 to 12:00, cost £1,204.50.",
        "Serial 1234 5678 9012 3456, ISBN 978-3-16-148410-0.",
        "Order 4471 2231 9, version 2 2026 11 23 14 30, between 1000 2000 3000 40 units.",
        "Fetch it from aisle B4 2GH.",
        "Mark Price Labels and Grant Hall Access are tasks; Victoria Park is a place.",
        # the company's own, since its SOP has them
        "Ring 020 7123 4567 or 02071234567, or write to desk@pots.co.uk.",
        "Ask Dana Cole at 9 Clay Road.",
    ],
)
def test_what_is_nobodys_or_the_companys_own_may_stand(text: str) -> None:
    assert list(personal_data(text, KNOWN)) == []


def test_a_part_of_the_companys_number_is_not_the_companys_number() -> None:
    known = Known(["Account 1020 7911 1234 5678"])
    assert list(personal_data("Ring 07911 123456.", known)) == ["07911 123456"]


def test_a_name_is_found_wherever_it_stands() -> None:
    assert list(full_names("Then Peter Smith and Maria Garcia left with Smith.")) == [
        "Peter Smith",
        "Maria Garcia",
    ]
