"""How far somebody may go with one column, and what stands in place of what they may not see."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.rules.choices import Choice

#: stands for what is left out
HIDDEN = "****"


class FieldLevel(Choice):
    """What a role may do with a column, from least to most."""

    NONE = "none", "Hidden", "gray"
    MASKED = "masked", "Masked", "orange"
    READ = "read", "Read only", "blue"
    WRITE = "write", "Read and write", "green"

    #: its place in this order
    rank: int


for _rank, _level in enumerate(FieldLevel):
    _level.rank = _rank


class Masked(str):
    """A value that is not the value: what is shown of it, to be written as it stands."""

    __slots__ = ()


def least(*levels: FieldLevel) -> FieldLevel:
    return min(levels, key=lambda level: level.rank)


def most(levels: Collection[FieldLevel]) -> FieldLevel:
    return max(levels, key=lambda level: level.rank, default=FieldLevel.WRITE)


def mask(kind: str, value: Any) -> Masked | None:
    """`value` as somebody sees it who may know that it is there; None where nothing is.

    Kinds: "phone", "email", "tax" (numbers known by their end), "amount", "text".
    """
    if value is None or value == "":
        return None
    return Masked(_KINDS[kind](str(value)))


def _phone(text: str) -> str:
    """138****5678: three digits in front, four at the end, as far as half of them stay hidden."""
    digits = "".join(char for char in text if char.isdigit())
    if len(digits) == 13:
        digits = digits.removeprefix("86")
    if len(digits) < 8:
        return HIDDEN
    front = 3 if len(digits) >= 11 else 0
    return f"{digits[:front]}{HIDDEN}{digits[-4:]}"


def _email(text: str) -> str:
    """z***@example.com"""
    name, at, domain = text.rpartition("@")
    return f"{name[:1]}***@{domain}" if at and name else HIDDEN


def _tax(text: str) -> str:
    """The last four characters of a long number."""
    bare = "".join(text.split())
    return f"{HIDDEN}{bare[-4:]}" if len(bare) >= 8 else HIDDEN


def _amount(_text: str) -> str:
    """Neither figure nor size."""
    return "***"


def _text(_text: str) -> str:
    return HIDDEN


_KINDS: Mapping[str, Callable[[str], str]] = {
    "phone": _phone,
    "email": _email,
    "tax": _tax,
    "amount": _amount,
    "text": _text,
}
KINDS = frozenset(_KINDS)


def combined(
    given: Mapping[tuple[int, str, str], FieldLevel],
    screens: Mapping[int, Collection[str]],
    screens_of: Callable[[str], Collection[str]],
) -> dict[str, dict[str, FieldLevel]]:
    """Entity → column → level of somebody with several roles; what is not named may be written.

    `given` holds (role, entity, column) → level, `screens` the screens that each role opens, and
    `screens_of` the screens that show an entity. The most permissive role counts, of those that
    open one of these screens: a role that never shows a column must not open it either.
    """
    found: dict[str, dict[str, FieldLevel]] = {}
    for entity, column in {(entity, column) for _role, entity, column in given}:
        shown_by = set(screens_of(entity))
        roles = [role for role, opened in screens.items() if shown_by & set(opened)]
        levels = [given.get((role, entity, column), FieldLevel.WRITE) for role in roles or screens]
        if (level := most(levels)) is not FieldLevel.WRITE:
            found.setdefault(entity, {})[column] = level
    return found
