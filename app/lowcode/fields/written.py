"""Cells as they were written before: what a page shows of one row stood on others already."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from flask_babel import get_locale, get_timezone

from app.lowcode.fields.base import Field
from app.lowcode.fields.moments import MomentField
from app.lowcode.fields.relations import Ref, RelationField
from app.lowcode.pages import Cell

#: cells that a process keeps, of about half a kilobyte each
_MOST = 20_000


def writer(
    field: Field, start: str | None = None, *, is_for_zone: bool = False
) -> Callable[[Any], Cell]:
    """What writes cells of a field for who reads the language of now; `start`: of the address of
    the rows it names, where the reader may open them; `is_for_zone`: in the zone of now alone.
    """
    write = partial(_written, field, start)
    needs_zone = isinstance(field, MomentField)
    if not field.is_repeated or (needs_zone and not is_for_zone):
        return write
    reader = f"{get_locale()} {get_timezone()}" if needs_zone else str(get_locale())
    kept = partial(_kept, field, start, reader)
    if not isinstance(field, RelationField):
        return kept
    # A whole row, not its key and label, may have changed since it was written.
    return lambda value: kept(value) if value is None or type(value) is Ref else write(value)


def _written(field: Field, start: str | None, value: Any) -> Cell:
    cell = field.cell(value)
    if start is not None and value is not None:
        cell.url = f"{start}{value.id}"
    return cell


@lru_cache(maxsize=_MOST, typed=True)  # True is no 1, and what is masked no text
def _kept(field: Field, start: str | None, _reader: str, value: Any) -> Cell:
    return _written(field, start, value)
