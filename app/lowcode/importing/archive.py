"""What is checked of a workbook before any parser sees it: it is a ZIP archive of XML files."""

import re
import struct
import zipfile
import zlib
from pathlib import Path

from app.lowcode.importing.sources import Limits, too_many_columns, too_many_rows
from app.rules.errors import InvalidInput

_END = b"PK\x05\x06"
_ZIP64 = b"PK\x06\x07"
_END_SIZE = 22
_COMMENT_SIZE = 0xFFFF
#: directory bytes an entry of a real workbook may take
_ENTRY_BYTES = 512
_OLE = b"\xd0\xcf\x11\xe0"
_CHUNK = 2**20
_REFERENCE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]+)([0-9]+)""")
#: longest reference that a chunk of XML may cut in two
_OVERLAP = 64


def check_archive(path: Path, limits: Limits) -> None:
    """Raise InvalidInput unless the file is a workbook of reasonable size in every respect."""
    _check_directory_size(path, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_sizes(entries, path.stat().st_size, limits)
            for entry in entries:
                _scan(archive, entry, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        # RuntimeError is an encrypted entry, NotImplementedError an unknown compression
        raise unreadable_workbook() from error


def unreadable_workbook() -> InvalidInput:
    return InvalidInput(
        "The file is damaged or not an .xlsx workbook. Save it again as .xlsx or as CSV."
    )


def _check_directory_size(path: Path, limits: Limits) -> None:
    """Look at the end record by hand: zipfile would first build an object for every entry."""
    with path.open("rb") as file:
        if file.read(4) == _OLE:
            raise InvalidInput(
                "The file is an old or a password-protected workbook. "
                "Save it as .xlsx without a password."
            )
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_SIZE - _COMMENT_SIZE - _END_SIZE))
        tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_SIZE:
        raise unreadable_workbook()
    # only an archive of more than 65 535 entries or 4 GB needs this second end record
    if _ZIP64 in tail[max(0, place - 20) : place]:
        raise _too_many_entries(limits)
    entries, directory = struct.unpack_from("<HI", tail, place + 10)
    if entries > limits.entries or directory > limits.entries * _ENTRY_BYTES:
        raise _too_many_entries(limits)


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise _too_many_entries(limits)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes or unpacked > limits.unpacked_ratio * packed:
        raise InvalidInput(
            "The workbook unpacks to far more than its size. Save its data as CSV instead."
        )


def _scan(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> None:
    """Read an entry to its end, which checks its size and checksum, and judge its references."""
    used = _UsedArea(limits)
    rest = b""
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            used.add(set(_REFERENCE.findall(text)))
            rest = text[-_OVERLAP:]


class _UsedArea:
    """The rows and columns a sheet uses, from the references of its cells."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._row = 0
        self._column = 0

    def add(self, references: set[tuple[bytes, bytes]]) -> None:
        """Note the references such as (b"AB", b"12"); InvalidInput once the area is too large."""
        for letters in {letters for letters, _ in references}:
            self._column = max(self._column, _column_number(letters))
        # ten digits are beyond every limit and cheap to turn into a number
        for digits in {digits[:10] for _, digits in references}:
            self._row = max(self._row, int(digits))
        if self._column > self._limits.columns:
            line = min(
                int(digits[:10])
                for letters, digits in references
                if _column_number(letters) > self._limits.columns
            )
            raise too_many_columns(self._limits, line)
        # the header is not counted
        if self._row > self._limits.rows + 1:
            raise too_many_rows(self._limits)
        if self._row * self._column > self._limits.area:
            raise InvalidInput(
                "The sheet has more than %(count)s cells. Delete unused columns or split it.",
                count=self._limits.area,
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + letter - 64
    return number


def _too_many_entries(limits: Limits) -> InvalidInput:
    return InvalidInput(
        "The workbook has more than %(count)s parts. Save its data as CSV instead.",
        count=limits.entries,
    )
