"""An index in memory from tokens to rows, eight bytes an entry: a million rows fit in."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from itertools import groupby

_PLACE_BITS = 24
_HASH = (1 << (64 - _PLACE_BITS)) - 1
#: places that an index can tell apart
MOST_PLACES = 1 << _PLACE_BITS


class TokenIndex:
    """Fill it with `add`, then `seal` it, then ask.

    Of a token only 40 bits are kept: what is found shares a token almost certainly, and is
    compared anyway.
    """

    def __init__(self) -> None:
        self._packed = array("Q")

    def add(self, token: str, place: int) -> None:
        """`place`: a number below MOST_PLACES that stands for the row."""
        self._packed.append((hash(token) & _HASH) << _PLACE_BITS | place)

    def seal(self) -> None:
        self._packed = array("Q", sorted(self._packed))

    def places(self, token: str, most: int) -> list[int]:
        """The places that were added with the token, at most so many."""
        wanted = (hash(token) & _HASH) << _PLACE_BITS
        start = bisect_left(self._packed, wanted)
        found = []
        for packed in self._packed[start : start + most]:
            if packed >> _PLACE_BITS != wanted >> _PLACE_BITS:
                break
            found.append(packed & (MOST_PLACES - 1))
        return found

    def groups(self) -> Iterator[list[int]]:
        """The places of every token that more than one has, each group in ascending order."""
        for _token, group in groupby(self._packed, lambda packed: packed >> _PLACE_BITS):
            places = [packed & (MOST_PLACES - 1) for packed in group]
            if len(places) > 1:
                yield places
