"""CSV files as Excel, databases and people save them: encoding and delimiter are found out."""

import codecs
import csv
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NamedTuple

from app.lowcode.importing.sources import (
    Cell,
    Limits,
    Row,
    Source,
    too_many_columns,
    too_many_rows,
    trimmed,
)
from app.rules.errors import InvalidInput

_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CANDIDATES = ("utf-8", "gb18030")
_DELIMITERS = ",;\t"
_CHUNK = 2**20


class _Encoding(NamedTuple):
    name: str
    #: how bytes are treated that do not fit the rest of the file
    errors: str = "strict"


def open_delimited(path: Path, limits: Limits) -> Source:
    """The records of a CSV file; InvalidInput if it is no text or too large anywhere."""
    encoding = _find_encoding(path)
    delimiter = _find_delimiter(path, encoding, limits)
    return Source(
        rows=_records(path, encoding, delimiter, limits),
        encoding=encoding.name,
        delimiter=delimiter,
    )


def _find_encoding(path: Path) -> _Encoding:
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InvalidInput("The file is a workbook although its name ends in .csv. Rename it.")
    for bom, name in _BOMS.items():
        if start.startswith(bom):
            return _Encoding(name, "replace")
    if b"\x00" in start:
        raise _no_text()
    for name in _CANDIDATES:
        if _decodes(path, name):
            return _Encoding(name)
    return _most_likely(path)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _most_likely(path: Path) -> _Encoding:
    """The encoding of most lines that are not ASCII; the rest is marked as unreadable."""
    readable = dict.fromkeys(_CANDIDATES, 0)
    telling, first_bad = 0, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.isascii():
                continue
            telling += 1
            fitting = [name for name in _CANDIDATES if _fits(line, name)]
            for name in fitting:
                readable[name] += 1
            if "utf-8" not in fitting:
                first_bad = first_bad or number
    # random bytes are often GB18030, so UTF-8 wins wherever most lines are UTF-8
    for name in _CANDIDATES:
        if readable[name] * 2 > telling:
            return _Encoding(name, "replace")
    raise InvalidInput(
        "Line %(line)s is neither UTF-8 nor GB18030. Save the file as UTF-8.", line=first_bad
    )


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _find_delimiter(path: Path, encoding: _Encoding, limits: Limits) -> str:
    """The delimiter that the first line with text has most of, outside of quotes."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as file:
        sample = file.read(limits.cell_characters).lstrip()
    quoted = False
    for character in sample:
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character in "\r\n":
            break
        elif character in counts:
            counts[character] += 1
    return max(counts, key=counts.__getitem__)


def _records(path: Path, encoding: _Encoding, delimiter: str, limits: Limits) -> Generator[Row]:
    with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as file:
        reader = csv.reader(_bounded_lines(file, limits), delimiter=delimiter, strict=True)
        count = 0
        while True:
            line = reader.line_num + 1
            try:
                record = next(reader, None)
            except csv.Error as error:
                if "field larger" in str(error):
                    raise _too_long(line, limits) from None
                raise InvalidInput(
                    "The quotation marks of the record that begins in line %(line)s do not match.",
                    line=line,
                ) from None
            if record is None:
                return
            cells = _checked(record, line, limits)
            if not cells:
                continue
            count += 1
            # the header is not counted
            if count > limits.rows + 1:
                raise too_many_rows(limits)
            yield line, cells


def _bounded_lines(file: Iterator[str], limits: Limits) -> Iterator[str]:
    """The lines of the file, refused before the csv module builds a cell without an end."""
    for number, line in enumerate(file, start=1):
        if len(line) > limits.columns * limits.cell_characters:
            raise _too_long(number, limits)
        if "\x00" in line:
            raise _no_text(number)
        yield line


def _checked(record: list[str], line: int, limits: Limits) -> list[Cell]:
    if len(record) > limits.columns:
        raise too_many_columns(limits, line)
    if any(len(text) > limits.cell_characters for text in record):
        raise _too_long(line, limits)
    return trimmed([text if text.strip() else None for text in record])


def _too_long(line: int, limits: Limits) -> InvalidInput:
    return InvalidInput(
        "A cell of the record in line %(line)s has more than %(count)s characters. "
        "Perhaps a quotation mark is not closed.",
        line=line,
        count=limits.cell_characters,
    )


def _no_text(line: int = 1) -> InvalidInput:
    return InvalidInput(
        "Line %(line)s is not text. Save the file as CSV in UTF-8 or as .xlsx.", line=line
    )
