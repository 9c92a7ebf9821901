"""Which files may be attached, judged by their content and not by what they are called."""

import unicodedata
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath

from PIL import Image

from app.rules.errors import InvalidInput

#: pixels; a picture of a few kilobytes may unpack to gigabytes
MOST_PIXELS = 25_000_000
#: of an Office file or archive, whose table of contents is read
_MOST_PARTS = 10_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class _Kind:
    """A kind of file: what browsers are told it is, and whether these bytes are one."""

    content_type: str
    holds: Callable[[bytes], bool]


def _begins(mark: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(mark)


def _picture(name: str) -> Callable[[bytes], bool]:
    return lambda data: _is_picture(data, name)


def _is_picture(data: bytes, name: str) -> bool:
    """Reads the head alone; InvalidInput for a picture too large to be opened anywhere."""
    try:
        with warnings.catch_warnings():
            # Pillow's own limit warns at another size than ours.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=[name]) as picture:
                width, height = picture.size
    except Image.DecompressionBombError:
        width = height = MOST_PIXELS
    except (OSError, SyntaxError, ValueError):
        return False
    if width * height > MOST_PIXELS:
        raise InvalidInput(
            "The picture is too large: at most %(millions)s million pixels.",
            millions=MOST_PIXELS // 1_000_000,
        )
    return True


def _office(folder: str) -> Callable[[bytes], bool]:
    return lambda data: _is_office(data, folder)


def _is_office(data: bytes, folder: str) -> bool:
    """The parts that make a document, and no macros: those have an extension of their own."""
    names = _parts_of(data)
    return (
        "[Content_Types].xml" in names
        and any(name.startswith(f"{folder}/") for name in names)
        and not any(name.lower().endswith("vbaproject.bin") for name in names)
    )


def _is_archive(data: bytes) -> bool:
    return bool(_parts_of(data)) or data == b"PK\x05\x06" + bytes(18)


def _parts_of(data: bytes) -> list[str]:
    """The names in a zip's table of contents; none for what cannot be read. Nothing is unpacked."""
    if not data.startswith(b"PK"):
        return []
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return []
    return names if len(names) <= _MOST_PARTS else []


def _is_text(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codes: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in data:
        return False
    else:
        codes = ("utf-8-sig", "gb18030")
    return any(_reads(data, code) for code in codes)


def _reads(data: bytes, code: str) -> bool:
    try:
        data.decode(code)
    except UnicodeDecodeError:
        return False
    return True


_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_KINDS: dict[str, _Kind] = {
    ".pdf": _Kind("application/pdf", _begins(b"%PDF-")),
    ".png": _Kind("image/png", _picture("PNG")),
    ".jpg": _Kind("image/jpeg", _picture("JPEG")),
    ".jpeg": _Kind("image/jpeg", _picture("JPEG")),
    ".gif": _Kind("image/gif", _picture("GIF")),
    ".webp": _Kind("image/webp", _picture("WEBP")),
    ".zip": _Kind("application/zip", _is_archive),
    ".docx": _Kind(f"{_OPEN_XML}wordprocessingml.document", _office("word")),
    ".xlsx": _Kind(f"{_OPEN_XML}spreadsheetml.sheet", _office("xl")),
    ".pptx": _Kind(f"{_OPEN_XML}presentationml.presentation", _office("ppt")),
    ".doc": _Kind("application/msword", _begins(_OLE)),
    ".xls": _Kind("application/vnd.ms-excel", _begins(_OLE)),
    ".ppt": _Kind("application/vnd.ms-powerpoint", _begins(_OLE)),
    ".txt": _Kind("text/plain", _is_text),
    ".csv": _Kind("text/csv", _is_text),
    ".md": _Kind("text/plain", _is_text),
}
ALLOWED = ", ".join(sorted(extension[1:] for extension in _KINDS))


def check_upload(filename: str, data: bytes) -> tuple[str, str]:
    """(clean name, content type) of an accepted file; InvalidInput otherwise."""
    name = clean_name(filename)
    kind = _KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        raise InvalidInput(
            "Files of this kind are not accepted. Accepted: %(kinds)s", kinds=ALLOWED
        )
    if not data:
        raise InvalidInput("The file is empty.")
    if not kind.holds(data):
        raise InvalidInput("The content of %(name)s is not what its name says.", name=name)
    return name, kind.content_type


def clean_name(filename: str) -> str:
    """The last part of a path without control characters, at most 150 characters."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    stem, suffix = PurePath(kept or "file").stem, PurePath(kept).suffix
    return stem[: 150 - len(suffix)] + suffix
