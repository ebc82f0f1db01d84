"""What changed between two revisions: appearance, wording or substance, and whom it touches."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sop_folder import REFUNDS, shop_in

from handlers.services import Connection
from indexing.changes import Change, RevisionText, compare
from indexing.passages import split
from indexing.store.changes import fetch_revision_texts
from indexing.touched import touched
from indexing.units import units

TITLE = "Returns"
BODY = """# Returns

Every shop takes goods back. The till keeps purchases for 90 days.

## 2. Without a receipt

To refund without a receipt:

1. Look the purchase up by card or loyalty number.
2. Refund to the original card within 5 days. See [the till guide](https://wiki.example.com/till).
   - Ask for photo ID above £75.
   - Note the number in the log.
3. Ask a shift lead to approve the refund.
4. Print two copies and sign both.

Never refund a gift card in cash.

## Opening hours

| Day | Opens | Desk |
| --- | --- | --- |
| Weekdays | 09:00 | Till 2 |
| Saturday | 10:00 | Till 4 |

Staff should wear a badge, and visitors must not enter the stock room.

## Faults

Check the label if the customer has brought the box.

```sh
$ till --refund  7
```
"""


def changes(*edits: tuple[str, str], title: str = TITLE) -> tuple[Change, ...]:
    after = BODY
    for old, new in edits:
        assert old in after
        after = after.replace(old, new)
    return compare(RevisionText(TITLE, BODY), RevisionText(title, after))


def kinds(found: tuple[Change, ...]) -> set[str]:
    return {change.kind for change in found}


def reasons(found: tuple[Change, ...]) -> set[str]:
    return {why for change in found for why in change.reasons}


COSMETIC = {
    "link": ("https://wiki.example.com/till", "https://elsewhere.example.com/9"),
    "wrapped": ("goods back. The till", "goods back.\nThe till"),
    "full stop": ("sign both.", "sign both"),
    "semicolon": ("goods back. The", "goods back; the"),
    "bold": ("gift card", "**gift card**"),
    "bullets": ("   - ", "   * "),
    "brackets": ("1. Look", "1) Look"),
    "capitals": ("## Opening hours", "## Opening Hours"),
    "renumbered": ("## 2. Without", "## 3. Without"),
    "comment": ("## Faults", "<!-- 9 must not -->\n\n## Faults"),
    "dashes": ("badge, and", "badge – and"),
    "web address": ("goods back.", "goods back (https://example.com/7)."),
    "example's white space": ("$ till --refund  7", "till --refund \\\n   7"),
    "table's rules": ("| --- | --- | --- |", "|---|:--|---|"),
}


@pytest.mark.parametrize("edit", COSMETIC.values(), ids=COSMETIC)
def test_appearance_is_cosmetic(edit: tuple[str, str]) -> None:
    old, new = edit
    found = compare(
        RevisionText(TITLE, BODY.replace("1) ", "1. ")),
        RevisionText(
            TITLE,
            re.sub(r"(?m)^(\d)\. ", r"\1) ", BODY) if new == "1) Look" else BODY.replace(old, new),
        ),
    )
    assert kinds(found) == {"cosmetic"}


WORDING = {
    "synonym": ("Every shop takes goods back.", "Every store takes goods back."),
    "contraction": ("must not enter", "mustn't enter"),
    "unit in words": ("90 days", "ninety days"),
    "within": ("within 5 days", "in up to 5 days"),
    "order": (
        "Check the label if the customer has brought the box.",
        "If the customer has brought the box, check the label.",
    ),
    "please": ("Look the purchase up", "Please look the purchase up"),
    "two sentences made one": ("goods back. The till", "goods back, and the till"),
    "heading": ("## Opening hours", "## When we open"),
    "pointer": ("gift card in cash.", "gift card in cash. For more information, see the intranet."),
    "filler": ("goods back. The", "goods back. That is so. The"),
    "bullets for steps": (
        "1. Look the purchase up by card or loyalty number.\n2. Ref",
        "1. Look up the purchase by card or loyalty number.\n2. Ref",
    ),
}


@pytest.mark.parametrize("edit", WORDING.values(), ids=WORDING)
def test_other_words_for_the_same_are_wording(edit: tuple[str, str]) -> None:
    assert kinds(changes(edit)) == {"wording"}


MATERIAL = [
    ("90 days", "60 days", "number", "The till keeps purchases for 90 days."),
    ("5 days", "5 working days", "unit", "Refund to the original card within 5 days."),
    ("above £75", "from £75", "threshold", "Ask for photo ID above £75."),
    ("09:00", "09:30", "date", "| Weekdays | 09:00 | Till 2 |"),
    ("| Saturday", "| Sunday", "date", "| Saturday | 10:00 | Till 4 |"),
    ("Till 4", "Vault", "table", "| Saturday | 10:00 | Till 4 |"),
    ("Staff should", "Staff must", "obligation", "Staff should wear a badge"),
    ("must not enter", "may enter", "obligation", "visitors must not enter the stock room."),
    ("Never refund", "Always refund", "negation", "Never refund a gift card in cash."),
    ("a shift lead", "a cashier", "name", "Ask a shift lead to approve the refund."),
    ("in the log", "in the freezer", "thing", "Note the number in the log."),
    ("card or loyalty", "card and loyalty", "choice", "Look the purchase up by card or"),
    (" if the customer has brought the box", "", "condition", "Check the label if the customer"),
    ("Never refund a gift card in cash.", "", "warning", "Never refund a gift card in cash."),
    ("--refund  7", "--refund  8", "code", "$ till --refund  7"),
    ("The till keeps purchases for 90 days.", "", "removed", "The till keeps purchases for 90"),
    ("   - Note the number in the log.\n", "", "removed", "Note the number in the log."),
    ("sign both.", "sign both. Shred the rest.", "added", "Print two copies and sign both."),
    ("| Saturday | 10:00 | Till 4 |\n", "", "table", "| Saturday | 10:00 | Till 4 |"),
]


@pytest.mark.parametrize(
    ("old", "new", "why", "quote"),
    MATERIAL,
    ids=lambda x: str(x)[:20],
)
def test_substance_is_material_and_touches_what_is_cited(
    old: str, new: str, why: str, quote: str
) -> None:
    found = changes((old, new))
    assert why in reasons(found)
    assert touched(found, quote)
    assert not touched(found, "Every shop takes goods back.", "Returns")


STEPS = "\n".join(BODY.split("\n")[8:14])


def steps_as(*numbers: int) -> str:
    items = re.split(r"(?m)^(?=\d\. )", STEPS)[1:]
    kept = [items[number - 1].rstrip() for number in numbers]
    return "\n".join(f"{n}{item[1:]}" for n, item in enumerate(kept, 1))


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        (steps_as(1, 3, 4), "step_removed"),
        (steps_as(1, 2, 4, 3), "step_moved"),
        (steps_as(4, 1, 2, 3), "step_moved"),
        (steps_as(1, 2, 3, 4) + "\n5. Put the goods on the returns shelf.", "step_added"),
    ],
)
def test_a_change_of_the_list_touches_every_step_of_it(steps: str, why: str) -> None:
    found = changes((STEPS, steps))
    assert reasons(found) == {why}
    for quote in ("Look the purchase up by card or loyalty number.", "Note the number in the log."):
        assert touched(found, quote, "2. Without a receipt")
    assert touched(found, "To refund without a receipt:")
    assert not touched(found, "Never refund a gift card in cash.")
    assert not touched(found, "Look the purchase up by card or loyalty number.", "Faults")


def test_a_change_in_a_step_touches_the_whole_step_and_no_other() -> None:
    found = changes(("£75", "£85"))
    first = "Refund to the original card within 5 days. See the till guide."
    assert touched(found, f"{first}\n   - Ask for photo ID above £75.")
    assert touched(found, "Refund to the original card within 5 days.")
    assert not touched(found, "Ask a shift lead to approve the refund.")


def test_a_new_warning_touches_its_section() -> None:
    found = changes(("in cash.", "in cash.\n\nWarning: the drawer may trap fingers."))
    assert "warning" in reasons(found)
    assert touched(found, "Print two copies and sign both.", "2. Without a receipt")
    assert not touched(found, "Check the label if the customer has brought the box.")


def test_a_renamed_and_moved_section_is_wording() -> None:
    faults = BODY[BODY.index("## Faults") :]
    moved = BODY.replace(faults, "").replace("## Opening", f"{faults}\n## Opening")
    renamed = moved.replace("## Faults", "## Broken goods")
    for after in (moved, renamed):
        assert kinds(compare(RevisionText(TITLE, BODY), RevisionText(TITLE, after))) == {"wording"}


def test_numbered_headings_keep_their_order() -> None:
    def document(*names: str) -> RevisionText:
        texts = {"Drain": "Open the tap.", "Clean": "Wipe the tank.", "Fill": "Close the tap."}
        return RevisionText(
            "Tank",
            "\n\n".join(f"## Step {n}: {x}\n\n{texts[x]}" for n, x in enumerate(names, 1)),
        )

    found = compare(document("Drain", "Clean", "Fill"), document("Clean", "Drain", "Fill"))
    assert reasons(found) == {"step_moved"}
    assert touched(found, "Close the tap.", "Step 3: Fill")
    gone = compare(document("Drain", "Clean", "Fill"), document("Drain", "Fill"))
    assert "step_removed" in reasons(gone)
    assert touched(gone, "Open the tap.", "Step 1: Drain")


def test_a_heading_that_sets_another_limit_touches_what_stands_under_it() -> None:
    before = RevisionText("Refunds", "## Refunds above £50\n\nAsk a lead.\n\n## Others\n\nPay.")
    after = RevisionText("Refunds", "## Refunds above £80\n\nAsk a lead.\n\n## Others\n\nPay.")
    found = compare(before, after)
    assert touched(found, "Ask a lead.", "Refunds above £50")
    assert not touched(found, "Pay.", "Others")


def test_a_step_moved_into_another_section_is_material() -> None:
    before = RevisionText(
        "A", "## One\n\n1. Open it.\n2. Turn it.\n3. Shut it.\n\n## Two\n\n1. Paint it."
    )
    after = RevisionText(
        "A", "## One\n\n1. Open it.\n2. Turn it.\n\n## Two\n\n1. Shut it.\n2. Paint it."
    )
    found = compare(before, after)
    assert reasons(found) == {"step_moved"}
    assert touched(found, "Turn it.", "One")
    assert touched(found, "Paint it.", "Two")


def test_a_section_cut_in_two_moves_no_step() -> None:
    before = RevisionText("A", "## One\n\n1. Open it.\n2. Turn the key.\n3. Shut the lid.")
    after = RevisionText(
        "A", "## One\n\n1. Open it.\n\n## Then\n\n2. Turn the key.\n3. Shut the lid."
    )
    assert kinds(compare(before, after)) == {"wording"}


def test_a_new_sentence_touches_none_that_stays() -> None:
    found = changes(("stock room.", "stock room. Bags must stay outside."))
    assert [change.reasons for change in found] == [("added", "obligation")]
    assert not touched(found, "Staff should wear a badge")


def test_front_matter_and_markup_alone_are_told() -> None:
    (change,) = compare(RevisionText("A", "Text."), RevisionText("A", "Text.\n"))
    assert (change.kind, change.before, change.after) == ("cosmetic", None, None)


def test_what_is_cited_by_passages_is_found_again() -> None:
    found = compare(RevisionText(TITLE, BODY), RevisionText(TITLE, "# Returns\n\nAsk the owner."))
    for passage in split(TITLE, BODY):
        for unit in units(passage.text):
            assert touched(found, passage.text[unit.start : unit.end], passage.section)


PLAIN = st.from_regex(r"[a-z]{2,9}", fullmatch=True)
SENTENCES = st.lists(PLAIN, min_size=3, max_size=9).map(lambda x: f"{' '.join(x).capitalize()}.")


@given(st.text(max_size=400), st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_the_same_text_has_no_changes(markdown: str, title: str) -> None:
    assert compare(RevisionText(title, markdown), RevisionText(title, markdown)) == ()


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_two_texts_can_be_compared(before: str, after: str) -> None:
    found = compare(RevisionText("A", before), RevisionText("A", after))
    assert bool(found) == (before != after)
    touched(found, before)


LINES = [line for line in BODY.split("\n") if line and not line.startswith(("#", "|", "```", "$"))]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_white_space_and_punctuation_are_never_material(data: st.DataObject) -> None:
    lines = BODY.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.sampled_from([n for n, line in enumerate(lines) if line in LINES]))
        noise = data.draw(
            st.sampled_from(["double", "trailing", "comma", "stop", "quotes", "blank"])
        )
        line = lines[at].rstrip()
        match noise:
            case "double":
                body = line.lstrip()
                lines[at] = line[: len(line) - len(body)] + body.replace(" a ", "  a  ")
            case "trailing":
                lines[at] = f"{line} "
            case "comma":
                lines[at] = line.replace(" and ", ", and ")
            case "stop":
                lines[at] = line.rstrip(".") if line.endswith(".") else line
            case "quotes":
                lines[at] = line.replace("log", "“log”").replace("box", '"box"')
            case _:
                lines[-1:] = ["", ""]
    found = compare(RevisionText(TITLE, BODY), RevisionText(TITLE, "\n".join(lines)))
    assert "material" not in kinds(found)


@given(st.lists(SENTENCES, min_size=1, max_size=6), st.data())
@settings(max_examples=200, deadline=None)
def test_one_other_digit_is_always_material_and_touches_its_sentence(
    texts: list[str], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(texts) - 1))
    figure = data.draw(
        st.from_regex(
            r"[1-9][0-9]{0,3}|[1-9]\.[0-9]|£[1-9]0|[1-9]%|1[0-2]:[0-5][0-9]|AB-[0-9]{3}|2026-1[0-2]-1[0-9]",
            fullmatch=True,
        )
    )
    words = texts[at].split()
    words.insert(data.draw(st.integers(1, len(words) - 1)), figure)
    texts[at] = " ".join(words)
    place = data.draw(st.sampled_from([n for n, x in enumerate(texts[at]) if x.isdigit()]))
    other = data.draw(st.sampled_from([x for x in "0123456789" if x != texts[at][place]]))
    after = list(texts)
    after[at] = texts[at][:place] + other + texts[at][place + 1 :]
    assume(len(set(texts)) == len(texts) and after[at] not in texts)
    form = data.draw(st.sampled_from([" ".join, "\n\n".join, _as_steps]))
    found = compare(RevisionText("A", form(texts)), RevisionText("A", form(after)))
    assert touched(found, texts[at], "A")


@given(SENTENCES, st.sampled_from(["not", "never", "no"]), st.data())
@settings(max_examples=100, deadline=None)
def test_a_denial_put_in_or_left_out_is_always_material(
    text: str, denial: str, data: st.DataObject
) -> None:
    words = text.split()
    words.insert(data.draw(st.integers(1, len(words) - 1)), denial)
    texts = [text, " ".join(words)]
    for before, after in (texts, texts[::-1]):
        assert touched(compare(RevisionText("A", before), RevisionText("A", after)), before, "A")


def _as_steps(texts: list[str]) -> str:
    return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))


async def test_every_stored_revision_can_be_compared(conn: Connection, tmp_path: Path) -> None:
    shop = shop_in(conn, tmp_path)
    await shop.index()
    shop.write("refunds.md", REFUNDS.replace("£75", "£50"))
    await shop.index()
    where = "from indexing.document where uri = 'refunds.md'"
    document = await shop.value(f"select id {where}")
    first = await shop.value(f"select in_force_revision_id {where}")
    newest = await shop.value(f"select newest_revision_id {where}")
    texts = await fetch_revision_texts(conn, document, [first, newest])
    found = compare(texts[first], texts[newest])
    assert reasons(found) == {"number"}
    assert await fetch_revision_texts(conn, document + 1, [first]) == {}
