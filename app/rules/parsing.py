"""Numbers and answers as people type them, read strictly: a doubtful value is refused."""

import re
from decimal import Context, Decimal

from app.rules.errors import InvalidInput
from app.rules.parsing_dates import DateOrder, parse_date, parse_datetime
from app.rules.text import fold_width, shorten

__all__ = [
    "DateOrder",
    "parse_bool",
    "parse_date",
    "parse_datetime",
    "parse_decimal",
    "parse_integer",
]

#: amounts and quantities stay below this; the columns hold 18 digits, 4 of them decimals
LIMIT = Decimal(10) ** 14

_NUMBER = re.compile(
    r"""(?P<whole>\d+|\d{1,3}(?:,\d{3})+|\d{1,3}(?:\ \d{3})+)?   # 1280  1,280  1 280
        (?:\.(?P<part>\d+))?
        \ ?(?P<unit>[万亿])?""",
    re.VERBOSE | re.ASCII,
)
_CURRENCY = re.compile(r"^(?:¥|rmb|cny) ?| ?(?:元|rmb|cny)$", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[\d., ]*,[\d., ]*", re.ASCII)
_UNITS = {None: 0, "万": 4, "亿": 8}
_LONGEST = 60
_EXACT = Context(prec=_LONGEST + 20)

_TRUE = frozenset({"是", "对", "有", "真", "yes", "y", "true", "t", "1", "on", "√", "✓", "✔"})
_FALSE = frozenset({"否", "无", "假", "no", "n", "false", "f", "0", "off", "×", "✗", "✘"})


def parse_decimal(text: str, places: int) -> Decimal:
    """The number somebody typed, with exactly `places` decimals.

    Reads "1,280.50", "１２３．５", "¥1,280", "1 280", "1.5万" and "(12.00)" for a negative.
    Raises InvalidInput for anything else, for more decimals than `places` (zeros at the end do
    not count) and from 10**14 upwards.
    """
    sign, body = _split_sign(_CURRENCY.sub("", fold_width(text)))
    match = _NUMBER.fullmatch(_CURRENCY.sub("", body))
    if match is None or not (match["whole"] or match["part"]):
        if _DECIMAL_COMMA.fullmatch(body) and any(map(str.isdigit, body)):
            raise InvalidInput(
                "“%(text)s” is ambiguous. Use commas only between thousands and a full stop "
                "before the decimals, like 1,280.50.",
                text=shorten(text),
            )
        raise InvalidInput(
            "“%(text)s” is not a number. Write it like 1,280.50.", text=shorten(text)
        )
    whole = re.sub(r"[, ]", "", match["whole"] or "0").lstrip("0") or "0"
    part = (match["part"] or "").rstrip("0")
    if len(whole) + len(part) > _LONGEST:
        raise _too_large(text) if len(whole) > len(part) else _too_precise(text, places)
    value = _EXACT.scaleb(Decimal(f"{whole}.{part}"), _UNITS[match["unit"]])
    if value >= LIMIT:
        raise _too_large(text)
    exact = _EXACT.quantize(value, Decimal(1).scaleb(-places))
    if exact != value:
        raise _too_precise(text, places)
    return exact.copy_negate() if sign < 0 and exact else exact


def parse_integer(text: str) -> int:
    """The whole number somebody typed, in the forms of `parse_decimal`."""
    return int(parse_decimal(text, 0))


def parse_bool(text: str) -> bool:
    """是/否, yes/no, true/false, 1/0, √/×, in any case and width."""
    word = fold_width(text).casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise InvalidInput("“%(text)s” is neither yes nor no. Write yes or no.", text=shorten(text))


def _split_sign(text: str) -> tuple[int, str]:
    if text.startswith("(") and text.endswith(")"):
        return -1, text[1:-1].strip()
    if text[:1] in ("-", "+"):
        return -1 if text[0] == "-" else 1, text[1:].lstrip()
    return 1, text


def _too_large(text: str) -> InvalidInput:
    return InvalidInput(
        "“%(text)s” is too large. Numbers stay below 100,000,000,000,000.", text=shorten(text)
    )


def _too_precise(text: str, places: int) -> InvalidInput:
    if places == 0:
        return InvalidInput(
            "“%(text)s” is not a whole number. Write it like 1,280.", text=shorten(text)
        )
    return InvalidInput(
        "“%(text)s” has too many decimals. At most %(places)s are kept, like %(example)s.",
        text=shorten(text),
        places=places,
        example=f"{Decimal('1.5'):.{places}f}",
    )
