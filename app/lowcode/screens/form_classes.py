"""The classes of forms: one for each set of columns and rights, not one for each page."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from wtforms import Form, HiddenField

from app.lowcode import field_rights
from app.lowcode.fields import field_of
from app.lowcode.fields.base import label_for
from app.lowcode.fields.inputs import ComputedField
from app.rules.masking import FieldLevel

Levels = tuple[tuple[str, FieldLevel], ...]


def levels_of(model: type[Any], names: Iterable[str]) -> Levels:
    """(name, how far the person may go with it) of columns."""
    return tuple((name, field_rights.level(model, name)) for name in names)


@lru_cache(maxsize=500)
def form_class(model: type[Any], levels: Levels) -> type[Form]:
    """The form of these columns: typed, looked at or masked. Made once, not for every page."""
    return type(f"{model.__name__}Form", (Form,), _inputs(model, levels))


@lru_cache(maxsize=500)
def line_class(model: type[Any], levels: Levels, computed: tuple[str, ...]) -> type[Form]:
    """The same for one of the inline rows, with what the server computes of it."""
    inputs = {"id": HiddenField(), **_inputs(model, levels)}
    inputs |= {name: ComputedField(label_for(name, {})) for name in computed}
    return type(f"{model.__name__}Line", (Form,), inputs)


def _inputs(model: type[Any], levels: Levels) -> dict[str, Any]:
    return {name: field_of(model, name).form_field(level=level) for name, level in levels}
