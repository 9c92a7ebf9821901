"""The classes of forms: one for each set of columns and rights, not one for each page."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from wtforms import Form, HiddenField
from wtforms.fields.core import Label
from wtforms.utils import unset_value

from app.lowcode import field_rights
from app.lowcode.fields import field_of
from app.lowcode.fields.base import label_for
from app.lowcode.fields.inputs import ComputedField
from app.rules.masking import FieldLevel

Names = tuple[str, ...]
#: (name, how far the person may go with it) of columns that they may not write
Limits = tuple[tuple[str, FieldLevel], ...]


class _Entry(Form):
    """Each form has fields of its own; they are copies of those that its class bound first."""

    class Meta:
        def bind_field(self, form: Form, unbound: Any, options: dict[str, Any]) -> Any:
            first = getattr(unbound, "first", None)
            if first is None:
                first = unbound.first = unbound.bind(form=form, **options | {"prefix": ""})
                first._form = first.meta = None  # of somebody's request
            field = object.__new__(type(first))
            field.__dict__ |= first.__dict__
            field._form, field.meta = form, self
            if prefix := options["prefix"]:
                field.name = field.id = f"{prefix}{first.name}"
                field.label = Label(field.id, first.label.text)
            return field

    def process(
        self, formdata: Any = None, obj: Any = None, data: Any = None, *_filters: Any, **given: Any
    ) -> None:
        """As the library does it, but for filters, which it looks up by name for each field."""
        posted, given = self.meta.wrap_formdata(self, formdata), {**(data or {}), **given}
        for name, field in self._fields.items():
            field.process(posted, getattr(obj, name, given.get(name, unset_value)))


def limits_of(model: type[Any], names: Iterable[str]) -> Limits:
    if not field_rights.is_limited():
        return ()
    levels = ((name, field_rights.level(model, name)) for name in names)
    return tuple((name, level) for name, level in levels if level is not FieldLevel.WRITE)


@lru_cache(maxsize=500)
def form_class(model: type[Any], names: Names, limits: Limits) -> type[Form]:
    """The form of these columns: typed, looked at or masked. Made once, not for every page."""
    return type(f"{model.__name__}Form", (_Entry,), _inputs(model, names, limits))


@lru_cache(maxsize=500)
def line_class(model: type[Any], names: Names, limits: Limits, computed: Names) -> type[Form]:
    """The same for one of the inline rows, with what the server computes of it."""
    inputs = {"id": HiddenField(), **_inputs(model, names, limits)}
    inputs |= {name: ComputedField(label_for(name, {})) for name in computed}
    return type(f"{model.__name__}Line", (_Entry,), inputs)


def _inputs(model: type[Any], names: Names, limits: Limits) -> dict[str, Any]:
    levels = dict.fromkeys(names, FieldLevel.WRITE) | dict(limits)
    return {name: field_of(model, name).form_field(level=level) for name, level in levels.items()}
