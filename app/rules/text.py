"""Text as people type it on a Chinese or a Western keyboard, folded to one form."""

import unicodedata

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BLANKS = dict.fromkeys((0x00A0, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000), " ")
_INVISIBLE = dict.fromkeys((0x200B, 0x200E, 0x200F, 0xFEFF), "")
_SIGNS = {0xFFE5: "¥", 0x2212: "-", 0x2010: "-", 0x2011: "-", 0x2013: "-", 0x2014: "-"}
_FOLDS: dict[int, str | int] = {**_FULL_WIDTH, **_BLANKS, **_INVISIBLE, **_SIGNS}

#: longest piece of somebody's input that an error message repeats
_SHOWN = 40


def fold_width(text: str) -> str:
    """Full-width letters, digits and signs as half-width, every blank as one space, ends trimmed.

    Narrower than NFKC on purpose: NFKC turns "5²" into "52", which would change an amount.
    """
    return " ".join((text if text.isascii() else text.translate(_FOLDS)).split())


def storable(text: str) -> str:
    """The text with line ends as \\n and without what no database stores: control characters
    other than tabs, and halves of surrogate pairs."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def shorten(text: str) -> str:
    """The input as an error message may repeat it: one line, at most 40 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
