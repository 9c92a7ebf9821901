"""Which files may be attached, judged by their content and not by what they are called."""

import unicodedata
from pathlib import PurePath

from app.rules.errors import InvalidInput

#: extension → (content type, what the bytes begin with); text has no such mark
_KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    ".webp": ("image/webp", (b"RIFF",)),
    ".zip": ("application/zip", (b"PK\x03\x04", b"PK\x05\x06")),
    ".docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (b"PK\x03\x04",),
    ),
    ".xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        (b"PK\x03\x04",),
    ),
    ".pptx": (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        (b"PK\x03\x04",),
    ),
    ".doc": ("application/msword", (b"\xd0\xcf\x11\xe0",)),
    ".xls": ("application/vnd.ms-excel", (b"\xd0\xcf\x11\xe0",)),
    ".ppt": ("application/vnd.ms-powerpoint", (b"\xd0\xcf\x11\xe0",)),
    ".txt": ("text/plain", ()),
    ".csv": ("text/csv", ()),
    ".md": ("text/plain", ()),
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
    content_type, marks = kind
    if not data:
        raise InvalidInput("The file is empty.")
    if marks and not data.startswith(marks):
        raise InvalidInput("The content of %(name)s is not what its name says.", name=name)
    if not marks and b"\x00" in data[:4096]:
        raise InvalidInput("The content of %(name)s is not what its name says.", name=name)
    return name, content_type


def clean_name(filename: str) -> str:
    """The last part of a path without control characters, at most 150 characters."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    stem, suffix = PurePath(kept or "file").stem, PurePath(kept).suffix
    return stem[: 150 - len(suffix)] + suffix
