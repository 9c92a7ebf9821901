"""The process that parses one workbook and writes its rows as lines of JSON.

Started by `workbook` as a script, with nothing but the request as its argument: path of the
file, name of the sheet or null, and the bytes of memory it may use. It writes {"sheets", "sheet"},
then "ready", then [line number, cells] per row, then "end"; anything that ends without "end" is a
refused file.
"""

import json
import sys
from contextlib import suppress
from datetime import date, datetime
from typing import Any, TextIO

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum


def main(request: dict[str, Any], out: TextIO) -> None:
    """Answer the request on `out`."""
    _limit_memory(request["memory"])
    workbook = CalamineWorkbook.from_path(request["path"])
    names = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
    ]
    wanted = request["sheet"]
    chosen = wanted if wanted in names else names[0] if names and wanted is None else None
    _write(out, {"sheets": names, "sheet": chosen})
    if chosen is not None:
        sheet = workbook.get_sheet_by_name(chosen)
        _write(out, "ready")
        for line, cells in enumerate(sheet.iter_rows(), start=1):
            _write(out, [line, [_encoded(cell) for cell in cells]])
    _write(out, "end")


def _write(out: TextIO, message: Any) -> None:
    out.write(json.dumps(message) + "\n")


def _encoded(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, (str, bool, int, float)):
        return cell
    # a time of day or a duration
    return str(cell)


def _limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:
        # Windows has no such limit; the checks before and the time limit remain
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # macOS knows the limit but does not always let it be set
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.stdout)
