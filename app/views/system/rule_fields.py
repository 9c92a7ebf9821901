"""What the builder of conditions offers for an entity, and a condition in words."""

from collections.abc import Iterator
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.entities.system.user import User
from app.extensions import db
from app.lowcode.fields import Field, resolve
from app.lowcode.fields.relations import RelatedField, key_of
from app.rules.dates import DatePreset

#: kind of value → comparisons in the order they are offered
_OPERATORS = {
    "text": ("contains", "eq", "starts", "empty", "not_empty"),
    "choice": ("in", "ne", "empty", "not_empty"),
    "relation": ("in", "ne", "empty", "not_empty"),
    "number": ("eq", "ge", "le", "empty", "not_empty"),
    "date": ("preset", "ge", "le", "empty", "not_empty"),
    "flag": ("eq",),
}
_LABELS = {
    "contains": _l("contains"),
    "starts": _l("begins with"),
    "eq": _l("is"),
    "ne": _l("is not"),
    "in": _l("is one of"),
    "ge": _l("is at least"),
    "le": _l("is at most"),
    "preset": _l("lies in"),
    "empty": _l("is empty"),
    "not_empty": _l("is not empty"),
}
_KINDS = {
    "choice": "choice",
    "relation": "relation",
    "tags": "relation",
    "number": "number",
    "money": "number",
    "quantity": "number",
    "scale": "number",
    "date": "date",
    "moment": "date",
    "flag": "flag",
}


def fields_for(view: Any, tree: Any) -> list[dict[str, Any]]:
    """The fields that a screen can be filtered by, with what they compare with.

    `known` holds the labels of related rows that `tree` names already.
    """
    chosen = dict(_chosen(view.model, tree))
    return [_offered(view, path, chosen) for path in view.filters]


def _offered(view: Any, path: str, chosen: dict[str, dict[str, str]]) -> dict[str, Any]:
    resolved = resolve(view.model, path)
    field = resolved.field
    kind = _kind(field)
    is_related = isinstance(field, RelatedField)
    options = [(option.value, option.label) for option in field.options]
    if kind == "flag":
        options = [("yes", _("Yes")), ("no", _("No"))]
    return {
        "path": path,
        "label": str(resolved.label),
        "kind": kind,
        "operators": [(op, str(_LABELS[op])) for op in _OPERATORS[kind] if op in field.operators],
        "options": options,
        "picker": url_for(f"{view.endpoint}.picker", path=path) if is_related else None,
        "presets": [(preset.value, _(preset.label)) for preset in DatePreset],
        "known": chosen.get(path, {}),
    }


def _kind(field: Field) -> str:
    return _KINDS.get(field.kind, "text")


def _leaves(tree: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(tree, dict):
        return
    if "field" in tree:
        yield tree
    for key in ("all", "any"):
        for part in tree.get(key, ()):
            yield from _leaves(part)
    if "not" in tree:
        yield from _leaves(tree["not"])


def _chosen(model: type[Any], tree: Any) -> Iterator[tuple[str, dict[str, str]]]:
    for leaf in _leaves(tree):
        try:
            field = resolve(model, str(leaf["field"])).field
        except LookupError:
            continue
        if isinstance(field, RelatedField):
            yield str(leaf["field"]), _labels(field, leaf.get("value"))


def _labels(field: RelatedField, value: Any) -> dict[str, str]:
    values = value if isinstance(value, list) else [value]
    keys = [key for one in values if (key := key_of(one)) is not None]
    rows = db.session.scalars(select(field.target).where(field.target.id.in_(keys))) if keys else ()
    labels = {str(row.id): field.label_of(row) for row in rows}
    return labels | ({"me": _("me")} if field.target is User else {})


def in_words(model: type[Any], tree: Any) -> str:
    """A condition as a sentence of its parts: "Customer tier is one of VIP"."""
    if not tree:
        return _("every record")
    if "field" in tree:
        return _leaf_in_words(model, tree)
    if "not" in tree:
        return _("not: %(what)s", what=in_words(model, tree["not"]))
    joint, parts = (_(" or "), tree["any"]) if "any" in tree else (_(" and "), tree["all"])
    return joint.join(in_words(model, part) for part in parts)


def _leaf_in_words(model: type[Any], leaf: dict[str, Any]) -> str:
    op = str(leaf.get("op", "eq"))
    try:
        resolved = resolve(model, str(leaf["field"]))
    except LookupError:
        return str(leaf["field"])
    start = f"{resolved.label} {_LABELS.get(op, op)}"
    if op in {"empty", "not_empty"}:
        return start
    values = leaf.get("value")
    values = values if isinstance(values, list) else [values]
    return f"{start} {', '.join(_value(resolved.field, op, one) for one in values)}"


def _value(field: Field, op: str, value: Any) -> str:
    if op == "preset" and value in set(DatePreset):
        return _(DatePreset(value).label)
    if isinstance(field, RelatedField):
        return _labels(field, value).get(str(value), str(value))
    if field.kind == "flag":
        return _("Yes") if value == "yes" else _("No")
    labels = {option.value: option.label for option in field.options}
    return labels.get(str(value), str(value))
