"""Workbooks are read with their types; a hostile one is refused quickly and harms nothing."""

import io
import time
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
import xlsxwriter

from app.lowcode.importing.reading import Limits, cell_text, read_table
from app.rules.errors import InvalidInput

SHEET = "xl/worksheets/sheet1.xml"
MOMENT = datetime(2026, 3, 5, 14, 30)  # noqa: DTZ001 - cells have no time zone


@pytest.fixture
def workbook(tmp_path):
    """Write a workbook with the given sheets, {name: {cell: value}}, and return its path."""

    def write(sheets, hidden=()):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            minute = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
            for name, cells in sheets.items():
                sheet = book.add_worksheet(name)
                if name in hidden:
                    sheet.hide()
                for place, value in cells.items():
                    if isinstance(value, date):
                        kind = minute if isinstance(value, datetime) else day
                        sheet.write_datetime(place, value, kind)
                    else:
                        sheet.write(place, value)
        return path

    return write


@pytest.fixture
def rewritten(workbook):
    """Replace parts of a small workbook that is fine otherwise, and return its path."""

    def write(parts, compression=zipfile.ZIP_DEFLATED):
        path = workbook({"S": {"A1": "name", "A2": "A"}})
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as source:
            content = {name: source.read(name) for name in source.namelist()} | parts
        with zipfile.ZipFile(path, "w", compression) as target:
            for name, data in content.items():
                target.writestr(name, data)
        return path

    return write


def sheet_xml(*references, filler=""):
    cells = "".join(
        f'<row r="{reference.strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}">'
        f'<c r="{reference}"><v>1</v></c></row>'
        for reference in references
    )
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData>{filler}</worksheet>"
    ).encode()


def refuse(path, reason, limits=Limits()):  # noqa: B008 - immutable
    """Assert that the file is refused for this reason within two seconds."""
    started = time.monotonic()
    with (
        pytest.raises(InvalidInput, match=reason),
        read_table(path, filename="book.xlsx", limits=limits) as table,
    ):
        list(table.rows)
    assert time.monotonic() - started < 2


def test_cells_keep_their_types(workbook):
    path = workbook(
        {
            "客户": {
                "A1": "名称", "B1": "电话", "C1": "金额", "D1": "日期", "E1": "时间", "F1": "有效",
                "A2": "甲", "B2": 13800138000, "C2": 0.1 + 0.2, "D2": date(2026, 3, 5),
                "E2": MOMENT, "F2": True, "A4": "007",
            }
        }
    )  # fmt: skip
    with read_table(path, filename="客户.XLSX") as table:
        assert (table.sheets, table.sheet) == (("客户",), "客户")
        assert table.header == ["名称", "电话", "金额", "日期", "时间", "有效"]
        (first, cells), second = table.rows
    assert cells == ["甲", 13800138000, Decimal("0.3"), date(2026, 3, 5), MOMENT, True]
    assert type(cells[3]) is date
    assert first == 2
    assert second == (4, ["007", None, None, None, None, None])
    assert [cell_text(cell) for cell in cells] == [
        "甲", "13800138000", "0.3", "2026-03-05", "2026-03-05 14:30:00", "true",
    ]  # fmt: skip


def test_line_numbers_count_the_empty_rows_above_the_header(workbook):
    path = workbook({"S": {"B3": "name", "B4": "A"}})
    with read_table(path, filename="book.xlsx") as table:
        assert table.header == ["name"]
        assert list(table.rows) == [(4, ["A"])]


def test_any_visible_sheet_can_be_chosen(workbook):
    path = workbook(
        {"notes": {"A1": "x"}, "secret": {"A1": "y"}, "data": {"A1": "name"}}, hidden=["secret"]
    )
    with read_table(path, filename="book.xlsx", sheet="data") as table:
        assert (table.sheets, table.header) == (("notes", "data"), ["name"])
    with pytest.raises(InvalidInput, match="no sheet named “secret”"):
        read_table(path, filename="book.xlsx", sheet="secret")


def test_a_large_number_is_written_without_an_exponent():
    assert cell_text(Decimal("1E+20")) == "100000000000000000000"


def test_an_empty_sheet_is_refused(workbook):
    refuse(workbook({"S": {}}), "empty")


def test_a_row_is_read_only_when_it_is_asked_for_and_a_table_can_be_left_early(workbook):
    path = workbook({"S": {f"A{row}": f"text {row}" for row in range(1, 5_000)}})
    with read_table(path, filename="book.xlsx") as table:
        assert next(table.rows) == (2, ["text 2"])
    assert list(table.rows) == []


@pytest.mark.parametrize(
    ("references", "reason"),
    [
        (("A1", "XFD1048576"), "more than 200 columns"),  # makes the parser abort its process
        (("A1", "A200002"), "more than 200000 rows"),
        (("A1", "GS2"), "Line 2 has more than 200 columns"),
        (("A1", "GR200000"), "more than 6000000 cells"),
        (("A1", "ZZZZZZZZ1"), "more than 200 columns"),
        (("A1", "A" + "9" * 5000), "more than 200000 rows"),
    ],
)
def test_a_sheet_with_far_away_cells_is_refused(rewritten, references, reason):
    refuse(rewritten({SHEET: sheet_xml(*references)}), reason)


def test_a_reference_is_found_across_the_seam_of_two_chunks(rewritten):
    for shift in range(0, 24, 4):
        padding = b" " * (2**20 - 120 - shift)
        xml = sheet_xml("A1", "A200002").replace(b"<sheetData>", padding + b"<sheetData>")
        limits = Limits(unpacked_ratio=10_000)
        refuse(rewritten({SHEET: xml}), "more than 200000 rows", limits)


def test_an_archive_that_unpacks_to_far_more_is_refused(rewritten):
    refuse(rewritten({"xl/media/bomb.bin": bytes(50 * 2**20)}), "unpacks to far more")


@pytest.mark.parametrize("entries", [51, 20_000, 70_000])
def test_an_archive_with_many_entries_is_refused_before_they_are_listed(tmp_path, entries):
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(entries):
            archive.writestr(zipfile.ZipInfo(str(number)), b"")
    refuse(path, "more than 50 parts")


def test_an_entry_that_is_larger_than_it_says_is_refused(rewritten):
    path = rewritten({SHEET: sheet_xml("A1", filler="<!--" + "x" * 90_000 + "-->")})
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    data = path.read_bytes()
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    refuse(path, "damaged")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"name,phone\nA,1\n", "damaged or not"),
        (b"", "damaged or not"),
        (b"PK\x05\x06" + bytes(18), "damaged or not"),  # an archive of nothing
        (b"PK\x05\x06", "damaged or not"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "password-protected"),
    ],
    ids=["text", "empty", "no entries", "cut end", "ole"],
)
def test_what_is_no_workbook_is_refused(tmp_path, content, reason):
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    refuse(path, reason)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_refused(workbook, share):
    path = workbook({"S": {"A1": "name"}})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    refuse(path, "damaged or not")


@pytest.mark.parametrize(
    "xml", [b"<worksheet><sheetData>", b"not xml", b"", sheet_xml("A1")[:-30]], ids=range(4)
)
def test_a_workbook_with_a_broken_sheet_is_refused(rewritten, xml):
    refuse(rewritten({SHEET: xml}), "damaged or not|empty")


def test_an_abort_of_the_parser_is_a_refused_file(rewritten):
    blind = Limits(rows=2**21, columns=2**15, area=2**40)
    refuse(rewritten({SHEET: sheet_xml("A1", "XFD1048576")}), "damaged or not", blind)


def test_the_parser_cannot_take_more_memory_than_it_is_given(rewritten):
    blind = Limits(area=2**40)
    refuse(rewritten({SHEET: sheet_xml("A1", "GR200000")}), "damaged or not", blind)


def test_a_parser_that_takes_too_long_is_ended(workbook):
    refuse(workbook({"S": {"A1": "name"}}), "damaged or not", Limits(parser_seconds=0))


def test_a_cell_longer_than_excel_allows_is_refused(rewritten):
    xml = sheet_xml("A1").replace(
        b'r="A1"><v>1</v>', b'r="A1" t="inlineStr"><is><t>' + b"xy" * 20_000 + b"</t></is>"
    )
    refuse(rewritten({SHEET: xml}), "line 1 has more than 32767", Limits(unpacked_ratio=10_000))


def test_a_workbook_that_names_another_file_is_refused(rewritten, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    declared = f'<!DOCTYPE worksheet [<!ENTITY out SYSTEM "{secret.as_uri()}">]>'.encode()

    def sheet(text):
        cell = b'r="A1" t="inlineStr"><is><t>' + text + b"</t></is>"
        return rewritten({SHEET: declared + sheet_xml("A1").replace(b'r="A1"><v>1</v>', cell)})

    with read_table(sheet(b"A&amp;B"), filename="book.xlsx", limits=Limits()) as table:
        assert table.header == ["A&B"]
    refuse(sheet(b"&out;"), "damaged or not")
