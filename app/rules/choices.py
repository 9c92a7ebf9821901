"""The base of every closed vocabulary: a stored code with an English label and a badge colour."""

from enum import StrEnum
from typing import Self

COLORS = frozenset(
    {
        "blue", "azure", "indigo", "purple", "pink", "red", "orange",
        "yellow", "lime", "green", "teal", "cyan", "gray",
    }
)  # fmt: skip


class Choice(StrEnum):
    """A member is declared `VIP = "vip", "VIP", "purple"`: code, label and, if wanted, colour.

    The member is the plain code wherever a string is expected; `label` is a translatable msgid.
    """

    label: str
    color: str
    #: what is equal to its code is found by it, too
    __hash__ = str.__hash__

    def __new__(cls, code: str, label: str, color: str = "gray") -> Self:
        if color not in COLORS:
            raise ValueError(f"{cls.__name__}.{code}: {color!r} is not a badge colour")
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.color = color
        return member
