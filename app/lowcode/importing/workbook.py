"""XLSX workbooks: parsed in a process of their own, so that a hostile file ends only that."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from threading import Timer
from typing import Any

from app.lowcode.importing.archive import check_archive, unreadable_workbook
from app.lowcode.importing.sources import Cell, Limits, Row, Source, too_many_rows, trimmed
from app.rules.errors import InvalidInput

_PARSER = Path(__file__).with_name("workbook_parser.py")
_LARGEST_EXACT_INTEGER = 2**53


def open_workbook(path: Path, limits: Limits, sheet: str | None) -> Source:
    """The rows of a sheet; InvalidInput if the workbook is unsafe, damaged or without it."""
    check_archive(path, limits)
    messages = _parse(path, limits, sheet)
    opening = next(messages)
    sheets = tuple(opening["sheets"])
    if opening["sheet"] is None:
        messages.close()
        if sheet is None:
            raise InvalidInput("The workbook has no visible sheet.")
        raise InvalidInput("The workbook has no sheet named “%(sheet)s”.", sheet=sheet)
    return Source(rows=_rows(messages, limits), sheets=sheets, sheet=opening["sheet"])


def _parse(path: Path, limits: Limits, sheet: str | None) -> Generator[Any]:
    """What the parser process writes, message by message; InvalidInput if it does not finish."""
    request = {"path": str(path), "sheet": sheet, "memory": limits.parser_bytes}
    # -I and an empty environment: the parser needs nothing of ours, least of all our secrets
    process = subprocess.Popen(  # noqa: S603 - our own file, run by our own Python
        [sys.executable, "-I", str(_PARSER), json.dumps(request)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ},
    )
    watchdog = Timer(limits.parser_seconds, process.kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        for line in process.stdout or ():
            message = json.loads(line)
            if message == "end":
                return
            if message != "ready":
                yield message
            else:
                # from here on the process waits for us, not we for it
                watchdog.cancel()
        raise unreadable_workbook()
    except ValueError as error:
        raise unreadable_workbook() from error
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def _rows(messages: Generator[Any], limits: Limits) -> Generator[Row]:
    count = 0
    try:
        for line, values in messages:
            cells = trimmed([_cell(value, line, limits) for value in values])
            if not cells:
                continue
            count += 1
            # the header is not counted
            if count > limits.rows + 1:
                raise too_many_rows(limits)
            yield line, cells
    finally:
        messages.close()


def _cell(value: Any, line: int, limits: Limits) -> Cell:
    match value:
        case str():
            if len(value) > limits.cell_characters:
                raise InvalidInput(
                    "A cell of line %(line)s has more than %(count)s characters.",
                    line=line,
                    count=limits.cell_characters,
                )
            return value if value.strip() else None
        case float():
            return _number(value)
        case {"date": text}:
            return date.fromisoformat(text)
        case {"datetime": text}:
            return datetime.fromisoformat(text)
        case bool() | int() | None:
            return value
        case _:
            raise unreadable_workbook()


def _number(value: float) -> int | Decimal:
    """The number as Excel shows it: 15 significant digits, so 0.1 + 0.2 is 0.3."""
    if value.is_integer() and abs(value) < _LARGEST_EXACT_INTEGER:
        return int(value)
    return Decimal(f"{value:.15g}")
