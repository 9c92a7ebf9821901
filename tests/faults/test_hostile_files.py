"""Bombs and broken files are refused with little work and memory; nothing of them is an error."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from tests.visitors import Visitor

ROOT = Path(__file__).parents[2]
#: seconds of work and megabytes that refusing a file may take
MOST_WORK, MOST_MEMORY = 2.0, 300

READ = """
import json, resource, sys, time
from pathlib import Path
from app.lowcode.importing.reading import read_table
from app.rules.errors import InvalidInput
told = "read"
started = time.process_time()
try:
    with read_table(Path(sys.argv[1]), filename=Path(sys.argv[1]).name) as table:
        rows = sum(1 for _row in table.rows)
except InvalidInput as error:
    told = "refused"
child = resource.getrusage(resource.RUSAGE_CHILDREN)
worked = time.process_time() - started + child.ru_utime + child.ru_stime
# What getrusage says begins with what the starting process had.
status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
own = int(status.split()[0])
print(json.dumps([told, worked, max(own, child.ru_maxrss) / 1024]))
"""

_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def workbook(sheet: bytes, **others: bytes) -> bytes:
    """A workbook of one sheet as a program might write it, packed as well as can be."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, text in others.items():
            archive.writestr(f"xl/{name}.xml", text)
    return content.getvalue()


def _cells(*references: str) -> bytes:
    cells = (f'<row><c r="{reference}"><v>1</v></c></row>' for reference in references)
    return (_SHEET + "".join(cells) + "</sheetData></worksheet>").encode()


def _entities() -> bytes:
    laughs = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9)]
    return (
        '<!DOCTYPE x [<!ENTITY l0 "ha">' + "".join(laughs) + "]><worksheet>&l8;</worksheet>"
    ).encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "far_away_cells.xlsx": lambda: workbook(_cells("A1", "XFD1048576")),
    "a_million_rows.xlsx": lambda: workbook(_cells("A1", "B1048576")),
    "one_huge_cell.xlsx": lambda: workbook(b"<worksheet>" + b"x" * 210_000_000),
    "many_huge_parts.xlsx": lambda: workbook(
        _cells("A1"), **{f"p{n}": bytes(30_000_000) for n in range(10)}
    ),
    "many_parts.xlsx": lambda: workbook(_cells("A1"), **{f"p{n}": b"x" for n in range(300)}),
    "laughs.xlsx": lambda: workbook(_entities()),
    "no_workbook.xlsx": lambda: b"\x89PNG\r\n\x1a\n" + bytes(100_000),
    "one_cell_of_a_million.csv": lambda: b"name\n" + b"x" * 1_000_000 + b"\n",
    "open_quote.csv": lambda: b'name,code\n"' + b"x,1\n" * 400_000,
    "binary.csv": lambda: b"name,code\n\x00\x01\x02" * 1000,
    "two_hundred_columns_more.csv": lambda: b"a," * 401 + b"\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_little_work(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name]())
    command = [sys.executable, "-c", READ, str(path)]
    told, worked, memory = json.loads(subprocess.check_output(command, cwd=ROOT))
    assert told == "refused"
    assert worked < MOST_WORK
    assert memory < MOST_MEMORY


def _odd() -> Iterator[tuple[str, bytes]]:
    table = "客户名称,备注\n甲公司,一\n乙公司,二\n"
    yield "gbk", table.encode("gbk")
    yield "utf-16", table.encode("utf-16")
    yield "utf-8 with a mark", table.encode("utf-8-sig")
    yield "semicolons", table.replace(",", ";").encode()
    yield "quoted lines", '客户名称,备注\n"甲\n公司","a ""b"" c"\n乙公司,二\n'.encode()
    yield "carriage returns", table.replace("\n", "\r").encode()
    yield "blank", b""
    yield "header alone", "客户名称\n".encode()
    yield "half a character", table.encode()[:-2]
    yield "a million characters", b"name\n" + b"x" * 1_000_000
    yield "open quote", b'name,code\n"x,1\n'
    yield "zeros", bytes(5000)


@pytest.mark.parametrize(("kind", "content"), list(_odd()), ids=lambda value: str(value)[:20])
def test_odd_files_are_read_or_refused_in_words(
    visitor: Callable[..., Visitor], kind: str, content: bytes
) -> None:
    person = visitor("sales_manager", locale="en")
    fields = {"csrf_token": person.token(), "file": (BytesIO(content), "odd.csv")}
    answer = person.post_raw("/import/customers", data=fields, content_type="multipart/form-data")
    assert answer.status_code in {302, 422}, kind
    if answer.status_code == 422:
        assert "notice" in answer.text
        return
    address = answer.location
    assert "甲" in person.get(address).text or kind == "half a character"
