"""From an entity's mapped columns and relationships to its fields, and from paths to them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import Boolean, Column, Date, Integer, Text, inspect
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.orm.interfaces import RelationshipDirection

from app.entities.types import ChoiceType, Money, Quantity, UTCDateTime
from app.lowcode.fields import moments, numbers, relations, scalars, shares, trees, words
from app.lowcode.fields.base import Field, label_for

_BY_FORMAT: dict[str, type[Field]] = {
    "email": scalars.EmailField,
    "phone": scalars.PhoneField,
    "uscc": scalars.UsccField,
    "url": scalars.UrlField,
    "multiline": scalars.LongTextField,
    "word": words.WordField,
    "msgid": words.MsgidField,
    "entity": words.EntityNameField,
    "share": shares.ShareField,
    "scale": numbers.ScaleField,
    "condition": trees.ConditionField,
}
_BY_TYPE: list[tuple[type[Any], type[Field]]] = [
    (ChoiceType, scalars.ChoiceField),
    (Money, numbers.MoneyField),
    (Quantity, numbers.DecimalField),
    (UTCDateTime, moments.MomentField),
    (Date, moments.DateField),
    (Boolean, scalars.FlagValueField),
    (Integer, numbers.NumberField),
    (Text, scalars.LongTextField),
]


@cache
def field_of(model: type[Any], name: str) -> Field:
    """The field of a column or relationship; LookupError for a name the entity does not have."""
    mapper = inspect(model)
    if name in mapper.relationships:
        return _related(model, name, mapper.relationships[name])
    if name not in mapper.column_attrs:
        raise LookupError(f"{model.__name__} has no column or relationship {name!r}")
    mapped = mapper.column_attrs[name]
    column = mapped.columns[0]
    info = {**getattr(column, "info", {}), **mapped.info}
    return _kind(column, info)(
        model=model,
        name=name,
        label=label_for(name, info),
        required=_is_required(model, name, column, info),
        max_length=getattr(column.type, "length", None),
        help=lazy_gettext(info["help"]) if "help" in info else "",
        info=info,
    )


def _is_required(model: type[Any], name: str, column: Any, info: dict[str, Any]) -> bool:
    if not isinstance(column, Column):
        return False  # an expression over other columns: shown, never filled
    numbered = getattr(model, "number_sequence", None) and name == model.code_column
    defaulted = column.default is not None or column.server_default is not None
    return not (column.nullable or numbered or (defaulted and info.get("optional")))


def _kind(column: Any, info: dict[str, Any]) -> type[Field]:
    if info.get("format") in _BY_FORMAT:
        return _BY_FORMAT[info["format"]]
    for column_type, kind in _BY_TYPE:
        if isinstance(column.type, column_type):
            return kind
    return scalars.TextField


def _related(model: type[Any], name: str, relationship: RelationshipProperty[Any]) -> Field:
    info = dict(relationship.info)
    if relationship.direction is RelationshipDirection.MANYTOONE:
        (local,) = relationship.local_columns
        info = {**local.info, **info}
        kind: type[Field] = relations.RelationField
        required = not local.nullable
    elif relationship.secondary is not None:
        kind, required = relations.TagsField, False
    else:
        raise LookupError(f"{model.__name__}.{name} is a list of rows, not a field")
    return kind(
        model=model,
        name=name,
        label=label_for(name, info),
        required=required,
        help=lazy_gettext(info["help"]) if "help" in info else "",
        info=info,
    )


@dataclass(frozen=True)
class ResolvedPath:
    """`customer.region.name` on Contact: the hops (customer, region) and the field (name)."""

    path: str
    hops: tuple[relations.RelationField, ...]
    field: Field

    @property
    def label(self) -> Any:
        """The last part that tells the user something: `customer.name` is the customer."""
        if self.hops and self.field.name == self.field.model.label_column:
            return self.hops[-1].label
        return self.field.label


@cache
def resolve(model: type[Any], path: str) -> ResolvedPath:
    """Follow a dotted path; LookupError names what does not exist."""
    *names, last = path.split(".")
    hops = []
    for name in names:
        hop = field_of(model, name)
        if not isinstance(hop, relations.RelationField):
            raise LookupError(f"{model.__name__}.{name} in {path!r} is not a many-to-one relation")
        hops.append(hop)
        model = hop.target
    return ResolvedPath(path, tuple(hops), field_of(model, last))


def fields_of(model: type[Any]) -> list[Field]:
    """Every field of an entity: columns (foreign keys through their relation), relations, tags.

    Derived keys are the kernel's own business.
    """
    mapper = inspect(model)
    keys = {
        key
        for key, relationship in mapper.relationships.items()
        if relationship.direction is RelationshipDirection.MANYTOONE
    }
    foreign = {c.key for key in keys for c in mapper.relationships[key].local_columns}
    hidden = foreign | set(getattr(model, "derived", ()))
    names = [name for name in mapper.column_attrs.keys() if name not in hidden]  # noqa: SIM118
    many = [key for key, rel in mapper.relationships.items() if rel.secondary is not None]
    return [field_of(model, name) for name in [*names, *sorted(keys), *many]]
