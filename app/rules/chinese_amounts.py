"""Amounts in the capital numerals of Chinese business papers, which nobody can alter with a pen."""

from decimal import Decimal

from app.rules.amounts import round_money

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿", "亿亿")


def amount_in_words(amount: Decimal) -> str:
    """12345.60 → 壹万贰仟叁佰肆拾伍元陆角整, rounded to the cent.

    As 支付结算办法 (appendix 1) writes them: one 零 for a gap of zeros, 整 unless there are cents.
    """
    cents = int(round_money(abs(amount)) * 100)
    yuan, rest = divmod(cents, 100)
    text = f"{_whole(yuan)}元" if yuan or not rest else ""
    text += _below_yuan(rest, has_yuan=bool(yuan))
    return f"负{text}" if amount < 0 and cents else text


def _below_yuan(cents: int, *, has_yuan: bool) -> str:
    jiao, fen = divmod(cents, 10)
    if not cents:
        return "整"
    if not fen:
        return f"{_DIGITS[jiao]}角整"
    gap = "零" if has_yuan and not jiao else ""
    return f"{gap}{_DIGITS[jiao]}角{_DIGITS[fen]}分" if jiao else f"{gap}{_DIGITS[fen]}分"


def _whole(number: int) -> str:
    """A whole number; groups of four digits, each with its 万 or 亿."""
    if not number:
        return _DIGITS[0]
    text, position, gap = "", 0, False
    while number:
        number, group = divmod(number, 10_000)
        if group:
            # 100005000: the gap stands between groups as well as inside one.
            text = f"{_group(group)}{_GROUPS[position]}" + (f"零{text}" if gap and text else text)
        gap = 0 < group < 1000 or (not group and bool(text))
        position += 1
    return text


def _group(number: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text
