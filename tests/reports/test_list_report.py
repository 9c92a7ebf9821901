"""Lists on paper: every text as it was typed, pages counted, fonts embedded."""

import io
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from app.entities.customers import Customer
from app.lowcode import exporting
from app.lowcode.exporting import formats
from app.reports import theme
from tests.callers import Caller, inside
from tests.papers import PIECES, hostile_names, squeezed


def pdf_of(app: Flask, names: list[str], **query: Any) -> PdfReader:
    with inside(app) as session:
        session.add_all([Customer(name=name[:200]) for name in names])
    answer = Caller(app, "administrator", locale="en").get("/customers/export.pdf", **query)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/pdf"
    return PdfReader(io.BytesIO(answer.data))


def test_five_hundred_hostile_names_are_printed_as_they_stand(app: Flask) -> None:
    names = hostile_names(500)
    text = squeezed("".join(page.extract_text() for page in pdf_of(app, names).pages))
    missing = [name for name in names if squeezed(theme.plain(name[:200])) not in text]
    assert not missing


@pytest.mark.parametrize("name", PIECES)
def test_a_hostile_name_alone_is_printed_too(app: Flask, name: str) -> None:
    (page,) = pdf_of(app, [f"Start {name} end"]).pages
    assert squeezed(theme.plain(f"Start {name} end")) in squeezed(page.extract_text())


def test_pages_are_counted_and_each_has_the_heads_of_the_columns(app: Flask) -> None:
    pages = pdf_of(app, [f"Name {number}" for number in range(120)]).pages
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of {len(pages)}" in text
        assert "Credit limit" in text


def test_the_filter_the_author_and_the_number_of_rows_are_told(app: Flask) -> None:
    (page,) = pdf_of(app, ["Alpha", "Beta"], q="alph").pages
    text = page.extract_text()
    assert "Search: alph" in text
    assert "1 records, printed by User" in text
    assert "Beta" not in text


def test_every_font_is_embedded(app: Flask) -> None:
    for page in pdf_of(app, ["客户 Bold & plain"]).pages:
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        assert fonts
        for font in fonts:
            assert "NotoSansSC" in font["/BaseFont"]
            assert "/FontFile2" in font["/FontDescriptor"]


def test_a_character_without_a_glyph_is_shown_as_a_box_and_named(app: Flask) -> None:
    (page,) = pdf_of(app, ["Smile 😀"]).pages
    text = page.extract_text()
    assert "Smile □" in text
    assert "U+1F600" in text


def test_a_wide_list_lies_on_its_side(app: Flask) -> None:
    (page,) = pdf_of(app, ["A long name of a customer, Limited " * 3]).pages
    assert page.mediabox.width > page.mediabox.height


def test_too_many_rows_for_paper_are_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = exporting.find("pdf")
    monkeypatch.setitem(formats._formats, "pdf", replace(pdf, most_rows=lambda: 2))
    with inside(app) as session:
        session.add_all([Customer(name=f"Row {number}") for number in range(3)])
    answer = Caller(app, "administrator", locale="en").get("/customers/export.pdf")
    assert answer.status_code == 409
