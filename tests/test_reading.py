"""Reading files: what each format says as Markdown, and what is refused instead of guessed at."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from handlers.remedies import remedy
from indexing.problems import Problem
from indexing.reading import Read, read
from indexing.sources import Draft, Same, list_folder, load, load_governance
from indexing.visible import one_line, visible


def said(raw: bytes | str, uri: str) -> Read:
    found = read(raw.encode() if isinstance(raw, str) else raw, uri)
    assert isinstance(found, Read), found
    return found


def refused(raw: bytes | str, uri: str) -> Problem:
    found = read(raw.encode() if isinstance(raw, str) else raw, uri)
    assert isinstance(found, Problem), found
    return found


# What a reader sees


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Ask\u202e for\u200b a\u2066 lead\ufeff.", "Ask for a lead."),
        ("zero\u200d-\u200cwidth, so\u00adft", "zero-width, soft"),
        ("pay\U000e0061\U000e0062 \ue000out\ue001\ufe01", "pay out"),
        ("bell\x07 null\x00 next\x85line\u2028two\r\nthree", "bell null next\nline\ntwo\nthree"),
        ("\uf0b7 one", "• one"),
        ("cafe\u0301", "café"),
        ("إرجاع بدون إيصال", "إرجاع بدون إيصال"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩🏽\u200d🔧 ❤\ufe0f ok", "👩🏽\u200d🔧 ❤\ufe0f ok"),
        ("החזר 50", "החזר 50"),
    ],
)
def test_only_what_can_be_seen_counts(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text())
def test_seeing_twice_shows_nothing_new(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert not set(visible(text)) & {"\x00", "\u202e", "\u200b", "\ue000", "\ue001", "\U000e0041"}
    assert "\n" not in one_line(text)


# Markdown and text


def test_markdown_has_its_front_matter_apart() -> None:
    found = said("---\ntitle: Refunds\nroles: agent\n---\n# Heading\n\nText.\n", "a.md")
    assert (found.title, found.markdown) == ("Heading", "# Heading\n\nText.")
    assert not isinstance(found.fields, Problem)
    assert {name: (v.words, v.line) for name, v in found.fields.items()} == {
        "title": ("Refunds", 2),
        "roles": ("agent", 3),
    }


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Setext *title*\n======\n\nText.", "Setext title"),
        ("```\n# code\n```\n\n## `Real` one\n", "Real one"),
        ("Only words.", "No receipt"),
        ("---\n\nA rule above, no front matter.\n\n---\n", "No receipt"),
    ],
)
def test_a_title_is_the_first_heading_or_the_file_name(text: str, title: str) -> None:
    assert said(text, "returns/no-receipt.md").title == title


def test_comments_are_not_seen_and_code_is_kept() -> None:
    found = said("# A\n\nSay <!-- not\nthis --> this.\n\n```\n<!-- code -->\n```\n", "a.md")
    assert "not" not in found.markdown
    assert "<!-- code -->" in found.markdown


def test_plain_text_gets_headings_from_capitals() -> None:
    found = said("REFUNDS WITHOUT RECEIPT\n\n1. Look.\n2. Ask.\n\nABOVE £75\n\nA lead.", "a.txt")
    assert found.title == "REFUNDS WITHOUT RECEIPT"
    assert "## ABOVE £75" in found.markdown


# Encodings

GERMAN = "# Rückerstattung\n\nDer Kunde möchte eine Rückerstattung für größere Beträge. " * 3
ENGLISH = "# Refunds\n\nAbove £75, a shift lead approves at the till – “always”. " * 3
RUSSIAN = "# Возврат\n\nКлиент хочет вернуть товар без чека и получить свои деньги назад. " * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_and_utf8_text_is_read(encoding: str) -> None:
    assert "£75" in said(ENGLISH.encode(encoding), "a.md").markdown


@pytest.mark.parametrize(
    ("text", "encoding"), [(GERMAN, "cp1252"), (RUSSIAN, "cp1251"), (ENGLISH, "cp1252")]
)
def test_another_encoding_is_read_right_or_refused(text: str, encoding: str) -> None:
    found = read(text.encode(encoding), "a.md")
    if isinstance(found, Problem):
        assert found.code == "encoding"
    else:
        assert found.markdown == visible(text).strip()


def test_a_declared_encoding_counts_in_html() -> None:
    page = '<meta charset="windows-1252"><p>Above £75, a lead approves.</p>'
    assert "£75" in said(page.encode("cp1252"), "a.html").markdown


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"---\ntitle: x\n---\n", "no_text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "binary"),
        ("# Refunds\n".encode("utf-16-le"), "binary"),
        (b"# Bad\n\n\xff\xfe\xfa\x80 \x81\x8d\x8f", "encoding"),
        (b"---\nowner: [\n", "yaml"),
    ],
)
def test_what_is_no_document_is_refused(raw: bytes, code: str) -> None:
    assert refused(raw, "a.md").code == code


# HTML


def test_html_is_read_without_its_frame_and_what_is_hidden() -> None:
    page = """\
    <html><head><title>Site</title><script>var no = 1</script></head><body>
    <nav><a href="/">Home no</a></nav><header>Shop no</header>
    <main><header><h1>Refund <em>rules</em></h1></header>
    <p>Ask <a href="https://x.example">the lead</a>.<br>Then wait.</p><!-- no -->
    <p style="display: none">no</p><p hidden>no</p><span aria-hidden="true">no</span>
    <ol start="3"><li>Look up.<ul><li>By card</li></ul></li><li><p>Approve.</p></li></ol>
    <table><tr><th>Sum</th><th>Who</th></tr><tr><td>£75|£80</td><td>Lead</td></tr></table>
    <aside><p>Never by <b>phone</b>.</p></aside>
    <pre>code  here</pre></main><footer>no</footer></body></html>"""
    found = said(dedent(page), "a.html")
    assert found.title == "Refund rules"
    assert found.markdown == dedent("""\
        # Refund *rules*

        Ask the lead.
        Then wait.

        3. Look up.
           - By card
        4. Approve.

        | Sum | Who |
        | --- | --- |
        | £75\\|£80 | Lead |

        Never by **phone**.

        ```
        code  here
        ```""")


def test_html_nested_beyond_reason_still_gives_its_words() -> None:
    assert "deep" in said("<div>" * 5000 + "deep" + "</div>" * 5000, "a.html").markdown


# DOCX


def word(document: docx.document.Document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def repacked(raw: bytes, extra: dict[str, bytes], uri: str = "word/document.xml") -> bytes:
    """The same package with parts added or replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w", 8) as new:
        for name in old.namelist():
            if name not in extra:
                new.writestr(name, old.read(name))
        for name, data in extra.items():
            new.writestr(name, data)
    return file.getvalue()


def test_docx_keeps_headings_numbers_levels_and_tables() -> None:
    document = docx.Document()
    document.add_heading("Refund without a receipt", 0)
    document.add_heading("Steps", 1)
    document.add_paragraph("Look the purchase up.", style="List Number")
    document.add_paragraph("By card", style="List Bullet")
    document.add_paragraph("Approve above £75.", style="List Number")
    document.add_paragraph("Say why.")
    table = document.add_table(rows=2, cols=2)
    for row, cells in enumerate([("Sum", "Who"), ("£75", "Lead")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    found = said(word(document), "a.docx")
    assert (found.title, found.format) == ("Refund without a receipt", "docx")
    assert found.markdown == dedent("""\
        # Refund without a receipt

        # Steps

        1. Look the purchase up.
        - By card
        2. Approve above £75.

        Say why.

        | Sum | Who |
        | --- | --- |
        | £75 | Lead |""")


def test_docx_reads_text_boxes_and_content_controls_but_nothing_hidden() -> None:
    document = docx.Document()
    shown = document.add_paragraph("Before.")
    hidden = shown.add_run(" Secret.")
    hidden.font.hidden = True
    box = OxmlElement("w:txbxContent")
    inner = OxmlElement("w:p")
    inner.append(document.add_paragraph("Never alone.").runs[0]._r)
    box.append(inner)
    shown.runs[0]._r.append(box)
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    content.append(document.add_paragraph("Controlled.")._p)
    control.append(content)
    document.element.body.insert(1, control)
    markdown = said(word(document), "a.docx").markdown
    assert markdown == "Before.\n\nNever alone.\n\nControlled."


def test_docx_with_open_changes_macros_or_a_password_is_refused() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Above £75, a lead approves.")
    plain = word(document)
    assert refused(plain, "a.docm").code == "macros"
    assert refused(repacked(plain, {"word/vbaProject.bin": b"x"}), "a.docx").code == "macros"
    assert (
        refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.docx").code == "encrypted"
    )
    change = OxmlElement("w:del")
    change.set(qn("w:id"), "1")
    change.append(paragraph.runs[0]._r)
    paragraph._p.append(change)
    assert refused(word(document), "a.docx").code == "changes_open"


def test_docx_that_is_broken_or_a_bomb_is_refused() -> None:
    plain = word(docx.Document())
    assert refused(b"PK\x03\x04 not a zip", "a.docx").code == "damaged"
    assert refused(plain[:-200], "a.docx").code == "damaged"
    torn = plain[:60] + bytes(40) + plain[100:]  # inside the first part's packed bytes
    assert refused(torn, "a.docx").code == "damaged"
    assert refused(repacked(plain, {"word/document.xml": b"<w:"}), "a.docx").code == "damaged"
    assert refused(repacked(plain, {"word/media/a.png": bytes(160_000_000)}), "a.docx").code == (
        "unpacked_too_large"
    )
    assert refused(plain, "a.docx").code == "no_text"


# PDF

Page = Sequence[tuple[str, int, str]]
"""Lines as (font, size, text), from the top down."""


def pdf(pages: Sequence[Page], picture: bool = False) -> bytes:
    """A PDF written by hand: Helvetica as /R, Helvetica-Bold as /B, 20 points a line."""
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>")
    objects.append(
        b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Length 1>>stream\n\x00\nendstream"
    )
    kids: list[int] = []
    for lines in pages:
        top, drawn = 780, ["/I Do"] if picture else []
        for font, size, text in lines:
            top -= 40 if text == "" else 14 if size < 14 else 24
            if text:
                escaped = text.replace("(", r"\(").replace(")", r"\)")
                drawn.append(f"BT /{font} {size} Tf 1 0 0 1 60 {top} Tm ({escaped}) Tj ET")
        stream = "\n".join(drawn).encode("cp1252")
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources<</Font"
            b"<</R 3 0 R/B 4 0 R>>/XObject<</I 5 0 R>>>>>>" % len(objects)
        )
        kids.append(len(objects))
    refs = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (refs, len(kids))
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


SOP: Page = [
    ("R", 9, "Shop manual, page 7"),
    ("", 10, ""),
    ("R", 22, "Refund without a receipt"),
    ("R", 10, "A refund needs the pur-"),
    ("R", 10, "chase to be found first."),
    ("", 10, ""),
    ("B", 10, "4.2 Steps"),
    ("R", 10, "1. Look the purchase up by card or"),
    ("R", 10, "loyalty number."),
    ("R", 10, "2. Above £75, a lead approves."),
]


def test_pdf_gets_headings_paragraphs_and_steps() -> None:
    found = said(pdf([SOP, [SOP[0], ("R", 10, "3. Say why.")], [SOP[0]]]), "a.pdf")
    assert found.title == "Refund without a receipt"
    assert found.markdown == dedent("""\
        # Refund without a receipt

        A refund needs the purchase to be found first.

        ## 4.2 Steps

        1. Look the purchase up by card or loyalty number.
        2. Above £75, a lead approves.
        3. Say why.""")


PLAIN: Page = [("R", 10, "Look the purchase up."), ("R", 10, "Above £75, a lead approves.")]


def titled_pdf(page: Page, title: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([page]))))
    writer.add_metadata({"/Title": title})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "title",
    [
        "",
        "untitled",
        "Untitled Document 2",
        "Document1",
        "PowerPoint Presentation",
        "Microsoft Word - refunds v3.doc",
        "Microsoft Word - refunds",
        "refund-rules.pdf",
        "Refund rules FINAL.docx",
        "file:///C:/shop/refunds.htm",
        "Unbenannt-1",
    ],
)
def test_a_title_that_nobody_gave_is_not_one(title: str) -> None:
    found = said(titled_pdf(PLAIN, title), "shop/refund-rules.pdf")
    assert found.title == "Refund rules"
    page = f"<html><head><title>{title}</title></head><body><p>Look it up.</p></body></html>"
    assert said(page.encode(), "shop/refund-rules.html").title == "Refund rules"


def test_a_title_that_somebody_gave_comes_after_the_first_heading() -> None:
    assert (
        said(titled_pdf(PLAIN, "Documents at the till"), "a.pdf").title == "Documents at the till"
    )
    assert said(titled_pdf(SOP, "Shop manual"), "a.pdf").title == "Refund without a receipt"


def test_pdf_that_is_scanned_locked_or_broken_is_refused() -> None:
    assert refused(pdf([[]], picture=True), "a.pdf").code == "scanned"
    half = refused(pdf([SOP, []], picture=True), "a.pdf")
    assert (half.code, half.field) == ("scanned", "page 2")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([SOP]))))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    assert refused(locked.getvalue(), "a.pdf").code == "encrypted"
    assert refused(b"%PDF-1.4 nonsense", "a.pdf").code == "damaged"


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_a_file_that_only_bears_the_name_of_its_format_is_told_so_in_words(name: str) -> None:
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w") as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
    called = {"a.pdf": "PDF", "a.docx": "Word document"}[name]
    for raw in (b"only words", b"<html><p>x</p></html>", workbook.getvalue()):
        problem = refused(raw, name)
        assert problem.code == "not_its_format"
        assert f"by its name this is a {called}, but it holds something else" in remedy(problem)
    assert f"this {called} is damaged" in remedy(Problem("damaged", file=name, value=called))


def test_pdf_locked_against_editing_only_is_read() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([SOP]))))
    writer.encrypt("", owner_password="owner", algorithm="RC4-128")
    opened = io.BytesIO()
    writer.write(opened)
    assert "Above £75" in said(opened.getvalue(), "a.pdf").markdown


# The gate


def test_every_format_goes_through_the_gate_with_the_folders_governance(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Exchanges", 1)
    document.add_paragraph("With the label on.")
    files = {
        "a.md": b"# Refunds\n\nAsk a lead.",
        "b.txt": b"Count the till twice.",
        "c.html": b"<h1>Keys</h1><p>Never lend one.</p>",
        "d.docx": word(document),
        "e.pdf": pdf([SOP]),
    }
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)
    (tmp_path / "governance.yaml").write_text(
        "defaults: {scope: All, version_on: today, owner: a@b.c, roles: x, competencies: y}"
    )
    folder = list_folder(tmp_path)
    assert not isinstance(folder, Problem)
    governance = load_governance(folder, None)
    titles = []
    for uri, path in folder.files.items():
        draft = load(uri, path, governance, None)
        assert isinstance(draft, Draft), draft
        again = load(uri, path, governance, draft.fingerprint)
        assert isinstance(again, Same)
        titles.append(draft.wording.title)
    assert titles == ["Refunds", "B", "Keys", "Exchanges", "Refund without a receipt"]
