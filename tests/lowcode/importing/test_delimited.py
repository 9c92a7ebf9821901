"""CSV files are read as they come, or refused with the number of the line that is wrong."""

import pytest

from app.lowcode.importing.reading import Limits, cell_text, join_excess, read_table
from app.rules.errors import InvalidInput

HEADER = ["名称", "电话"]
ROWS = [(2, ["客户一", "010-65529988"]), (3, ["客户二", "021"])]


@pytest.fixture
def csv_file(tmp_path):
    """Write bytes and read them as an uploaded CSV file."""

    def write(content, name="customers.csv", **options):
        path = tmp_path / "upload"
        path.write_bytes(content)
        return read_table(path, filename=name, **options)

    return write


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "detected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_encoding_and_delimiter_are_found_out(csv_file, encoding, detected, delimiter):
    text = "\r\n".join(delimiter.join(row) for row in [HEADER, *(cells for _, cells in ROWS)])
    with csv_file(text.encode(encoding)) as table:
        assert (table.encoding, table.delimiter) == (detected, delimiter)
        assert table.header == HEADER
        assert list(table.rows) == ROWS


def test_a_line_number_is_where_the_record_begins_in_the_file(csv_file):
    content = b'name,notes\n\n"A","two\r\nlines, ""quoted"""\n\n,\nB,\n'
    with csv_file(content) as table:
        assert list(table.rows) == [(3, ["A", 'two\r\nlines, "quoted"']), (7, ["B", None])]


def test_a_delimiter_within_quotes_does_not_count(csv_file):
    with csv_file(b'"a,b,c";d\n1;2\n') as table:
        assert table.header == ["a,b,c", "d"]


def test_the_word_null_stays_a_word(csv_file):
    with csv_file(b"name,region\nA,NULL\n") as table:
        assert list(table.rows) == [(2, ["A", "NULL"])]


def test_a_row_with_too_many_cells_keeps_them_all_for_the_mapping_to_judge(csv_file):
    with csv_file("name,address,city\nB,24, place Kléber,Strasbourg\n".encode()) as table:
        ((_, cells),) = table.rows
    assert cells == ["B", "24", " place Kléber", "Strasbourg"]
    assert join_excess(cells, 3, 1, ",") == ["B", "24, place Kléber", "Strasbourg"]
    assert join_excess(["B", "x"], 3, 1, ",") == ["B", "x"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_unreadable_bytes_spoil_their_cell_and_not_the_file(csv_file, encoding):
    good = "客户,电话\n" * 10
    content = good.encode(encoding) + b"\xff\xff,1\n" + "末行,2\n".encode(encoding)
    with csv_file(content) as table:
        rows = list(table.rows)
    assert rows[-1] == (12, ["末行", "2"])
    assert rows[-2][0] == 11
    with pytest.raises(InvalidInput, match="cannot be read"):
        cell_text(rows[-2][1][0])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n \n,,\n", "empty"),
        (b"name\nA\x00B\n", "Line 2 is not text"),
        (b"\x00\x01\x02", "Line 1 is not text"),
        ("名称\nA\n".encode("utf-16-le"), "is not text"),  # without its mark
        (b"nom\nol\xe9,\n", "Line 2 is neither UTF-8 nor GB18030"),
        (b"PK\x03\x04rest", "is a workbook"),
        (b"name\nA\n" + b"x" * 1_000_000 + b"\n", "line 3 has more than 32767 characters"),
        (b"name\n" + b"x" * 32_768 + b"\n", "line 2 has more than 32767 characters"),
        (b'name\n"' + b"x\n" * 200_000, "line 2 has more than 32767 characters"),
        (b'name\nA\n"open\nB\n', "line 3 do not match"),
        (b"name\n" + b"1," * 200 + b"1\n", "Line 2 has more than 200 columns"),
        (b"n," * 201, "Line 1 has more than 200 columns"),
    ],
    ids=range(13),
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(csv_file, content, reason):
    with pytest.raises(InvalidInput, match=reason), csv_file(content) as table:
        list(table.rows)


@pytest.mark.parametrize("content", [b"name\n" + b"x" * 32_767, b"1," * 199 + b"1\n2"])
def test_a_file_at_the_limit_is_read(csv_file, content):
    with csv_file(content) as table:
        assert len(list(table.rows)) == 1


def test_rows_beyond_the_limit_are_refused(csv_file):
    limits = Limits(rows=2)
    with csv_file(b"name\n1\n2\n", limits=limits) as table:
        assert len(list(table.rows)) == 2
    with pytest.raises(InvalidInput, match="more than 2 rows"):
        list(csv_file(b"name\n1\n2\n3\n", limits=limits).rows)


def test_a_file_beyond_the_size_limit_is_refused(csv_file):
    with pytest.raises(InvalidInput, match="larger than 1 MB"):
        csv_file(b"x" * (2**20 + 1), limits=Limits(file_bytes=2**20))


@pytest.mark.parametrize(
    ("name", "reason"),
    [("a.xls", "old .xls format"), ("a.XLS", "old .xls format"), ("a.pdf", "Only"), ("a", "Only")],
)
def test_other_kinds_of_files_are_refused(csv_file, name, reason):
    with pytest.raises(InvalidInput, match=reason):
        csv_file(b"name\nA\n", name)
