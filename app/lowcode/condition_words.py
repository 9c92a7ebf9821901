"""Condition trees in words: "Amount ≥ 100,000 and (Owner = me or Tier = VIP)"."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.extensions import db
from app.lowcode.conditions import Tree, leaves_of
from app.lowcode.fields import Field, ResolvedPath, resolve
from app.lowcode.fields.relations import Ref, RelatedField, key_of
from app.rules.dates import words_of
from app.rules.errors import DomainError

#: what stands between a field and what it is compared with
_SIGNS = {
    "eq": "=", "ne": "≠", "in": "=", "gt": ">", "ge": "≥", "lt": "<", "le": "≤", "preset": "=",
    "contains": _l("contains"), "starts": _l("begins with"),
}  # fmt: skip
_ALONE = {
    "empty": _l("is empty"),
    "not_empty": _l("is not empty"),
    "hidden": _l("is not visible to you"),
}

#: (entity, key) → label of a row that conditions name
Labels = Mapping[tuple[type[Any], int], str]


def labels_of(model: type[Any], trees: Iterable[Tree]) -> Labels:
    """The labels of all rows that the trees name and the acting person sees, in one statement."""
    wanted: dict[tuple[type[Any], int], RelatedField] = {}
    for leaf in leaves_of(list(trees)):
        resolved = _resolved(model, leaf)
        if resolved is not None and isinstance(resolved.field, RelatedField):
            for key in map(key_of, _values(leaf)):
                if key is not None:
                    wanted[resolved.field.target, key] = resolved.field
    if not wanted:
        return {}
    columns = [
        select(field.label_attribute).where(target.id == key).scalar_subquery()
        for (target, key), field in wanted.items()
    ]
    found = db.session.execute(select(*columns)).one()
    return {
        named: field.label_of(Ref(named[1], label))
        for (named, field), label in zip(wanted.items(), found, strict=True)
        if label is not None
    }


def in_words(model: type[Any], tree: Tree, labels: Labels | None = None) -> str:
    """A condition as a sentence of its parts.

    `labels`: of the rows that it names; asked for where they are not given.
    """
    if not tree:
        return _("every record")
    return _sentence(model, tree, labels_of(model, [tree]) if labels is None else labels)


def _sentence(model: type[Any], tree: Any, labels: Labels, is_inner: bool = False) -> str:
    if not isinstance(tree, dict) or not tree:
        return _("every record")
    if "field" in tree:
        return " ".join(part for part in leaf_in_words(model, tree, labels) if part)
    if "not" in tree:
        return _("not: %(what)s", what=_sentence(model, tree["not"], labels, is_inner=True))
    joint, parts = (_(" or "), tree.get("any")) if "any" in tree else (_(" and "), tree.get("all"))
    if not isinstance(parts, list) or not parts:
        return "?"
    words = joint.join(_sentence(model, part, labels, is_inner=True) for part in parts)
    return f"({words})" if is_inner and len(parts) > 1 else words


def leaf_in_words(model: type[Any], leaf: Tree, labels: Labels) -> tuple[str, str]:
    """The name of a comparison's field, and what is said of it: ("Amount", "≥ 100,000")."""
    resolved, op = _resolved(model, leaf), str(leaf.get("op", "eq"))
    if resolved is None:
        return str(leaf.get("field")), "?"
    return label_of(resolved), compared(resolved.field, op, leaf.get("value"), labels)


def label_of(resolved: ResolvedPath) -> str:
    """The name of a field, behind those of the relations that lead to it: "Customer: Tier"."""
    own = str(resolved.label)
    hops = [str(hop.label) for hop in resolved.hops]
    return own if own in hops else ": ".join([*hops, own])


def compared(field: Field, op: str, value: Any, labels: Labels) -> str:
    """What a comparison says of its field, sign included."""
    if op in _ALONE:
        return str(_ALONE[op])
    if op == "between":
        return _range(field, value, labels)
    sign, words = str(_SIGNS.get(op, op)), value_in_words(field, op, value, labels)
    return f"{sign} {words}"


def value_in_words(field: Field, op: str, value: Any, labels: Labels) -> str:
    """What a field is compared with, several values in a row."""
    values = value if isinstance(value, list) else [value]
    return " / ".join(_value(field, op, one, labels) for one in values)


def _range(field: Field, value: Any, labels: Labels) -> str:
    if not isinstance(value, list) or len(value) != 2:
        return "?"
    low, high = ("" if one is None else _value(field, "eq", one, labels) for one in value)
    return f"≥ {low}" if not high else f"≤ {high}" if not low else f"{low} – {high}"


def _value(field: Field, op: str, value: Any, labels: Labels) -> str:
    if op == "preset":
        return span_in_words(str(value))
    if isinstance(field, RelatedField):
        words = {option.value: option.label for option in field.words}
        key = key_of(value)
        named = str(value) if key is None else labels.get((field.target, key), str(value))
        return words.get(str(value), named)
    if op in {"contains", "starts"}:
        return str(value)
    try:
        text = field.text(field.read(value))
        # A day that was given without a time is meant as a whole.
        return text.removesuffix(" 00:00") if field.kind == "moment" else text
    except (DomainError, TypeError, ValueError, ArithmeticError):
        return str(value)


def span_in_words(code: str) -> str:
    """A span of days such as "this_month" or "last_7_days"."""
    try:
        text, count = words_of(code)
    except DomainError:
        return code
    return _(text) if count is None else _(text, count=count)


def _values(leaf: Tree) -> list[Any]:
    value = leaf.get("value")
    return value if isinstance(value, list) else [value]


def _resolved(model: type[Any], leaf: Tree) -> ResolvedPath | None:
    try:
        return resolve(model, str(leaf.get("field")))
    except LookupError:
        return None
