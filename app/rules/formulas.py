"""Text that a spreadsheet would run: made harmless on its way out, and as it was on its way in."""

import re

#: What counts as the start of a formula, also behind quotes, blanks or a byte order mark, and as
#: the full-width signs that Chinese and Japanese editions accept.
_FORMULA = re.compile(r"[\s\"'\ufeff]*[=+\-@＝＋－＠]|[\"'\ufeff]*[\t\r]")
_NEGATIVE = re.compile(r"-\d+(\.\d+)?", re.ASCII)


def guard(text: str) -> str:
    """The text with `'` before anything a spreadsheet would run; plain negative numbers stay."""
    return f"'{text}" if _FORMULA.match(text) and not _NEGATIVE.fullmatch(text) else text


def unguard(text: str) -> str:
    """The text that `guard` was given: imports read exported files back unchanged."""
    return text[1:] if text.startswith("'") and guard(text[1:]) == text else text
