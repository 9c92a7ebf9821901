"""The condition tree: one JSON form for filters, saved views and row rules.

    {"field": "tier", "op": "in", "value": ["vip"]}
    {"all": [tree, …]}   {"any": [tree, …]}   {"not": tree}

A field may be a dotted path (`customer.region`). An empty tree `{}` is always true.
"""

import json
from collections.abc import Container, Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, true

from app.lowcode.fields import ResolvedPath, resolve
from app.lowcode.fields.relations import RelatedField
from app.lowcode.scope import within_reach
from app.rules.errors import InvalidInput
from app.rules.text import storable

Tree = dict[str, Any]

DEEPEST = 8
LONGEST = 4096
#: characters of one `f.<path>=` of the URL
LONGEST_TEXT = 500
#: what those say of values that are not named, as operators
_SIGNS = {"-": "empty", "*": "not_empty", "!": "hidden"}
_ALONE = frozenset(_SIGNS.values())


def to_sql(
    model: type[Any], tree: Tree, allowed: Container[str] | None = None
) -> ColumnElement[bool]:
    """The tree as a WHERE clause on `model`.

    `allowed`: paths that may be named (None: all); InvalidInput for anything else, so that a
    hidden column cannot be asked about.
    """
    return _compile(model, tree, allowed, 0)


def _compile(
    model: type[Any], tree: Tree, allowed: Container[str] | None, depth: int
) -> ColumnElement[bool]:
    if not isinstance(tree, dict) or depth > DEEPEST:
        raise InvalidInput("This filter cannot be read.")
    if not tree:
        return true()
    for key, combine in (("all", and_), ("any", or_)):
        if key in tree:
            parts = tree[key]
            if not isinstance(parts, list) or not parts:
                raise InvalidInput("This filter cannot be read.")
            return combine(*(_compile(model, part, allowed, depth + 1) for part in parts))
    if "not" in tree:
        return not_(_compile(model, tree["not"], allowed, depth + 1))
    return _leaf(model, tree, allowed)


def _leaf(model: type[Any], tree: Tree, allowed: Container[str] | None) -> ColumnElement[bool]:
    path, op = tree.get("field"), str(tree.get("op", "eq"))
    if not isinstance(path, str) or (allowed is not None and path not in allowed):
        raise InvalidInput("There is no filter %(name)s here.", name=str(path))
    try:
        resolved = resolve(model, path)
    except LookupError as error:
        raise InvalidInput("There is no filter %(name)s here.", name=path) from error
    if op not in resolved.field.operators:
        raise InvalidInput("%(label)s cannot be compared in that way.", label=resolved.label)
    if tree.get("value") is None and op not in _ALONE:
        raise InvalidInput("%(label)s: a value to compare with is missing.", label=resolved.label)
    try:
        return on_path(model, resolved, op, tree.get("value"))
    except (TypeError, ValueError, ArithmeticError) as error:
        raise InvalidInput(
            "%(label)s cannot be compared with that.", label=resolved.label
        ) from error


def on_path(model: type[Any], resolved: ResolvedPath, op: str, value: Any) -> ColumnElement[bool]:
    """`op value` on the end of a path, through EXISTS for every hop."""
    if not resolved.hops:
        return resolved.field.condition(getattr(model, resolved.field.name), op, value)
    first, *rest = resolved.hops
    inner = ResolvedPath(resolved.path, tuple(rest), resolved.field)
    end = on_path(first.target, inner, op, value)
    return getattr(model, first.name).has(within_reach(first.target, end))


def loads(text: str) -> Tree:
    """A tree from the URL; InvalidInput when too long, too deep or not a tree."""
    if len(text) > LONGEST:
        raise InvalidInput("This filter is too long.")
    try:
        tree = json.loads(text)
        # Half surrogates and NUL cannot be sent to a database.
        if "\\u0000" in json.dumps(tree, ensure_ascii=False).encode().decode():
            raise ValueError(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("This filter cannot be read.") from error
    if not isinstance(tree, dict):
        raise InvalidInput("This filter cannot be read.")
    return tree


def parts_of(tree: Tree) -> list[Tree]:
    """The trees that must all hold for `tree` to hold; none for the empty one."""
    if set(tree) == {"all"} and isinstance(tree["all"], list) and tree["all"]:
        return [part for part in tree["all"] if part]
    return [tree] if tree else []


def all_of(parts: list[Tree]) -> Tree:
    """The tree that holds where each of `parts` does; the inverse of `parts_of`."""
    return {"all": parts} if len(parts) > 1 else parts[0] if parts else {}


def leaves_of(tree: Any) -> Iterator[Tree]:
    """Every comparison in a tree, whatever else stands in it."""
    if isinstance(tree, list):
        for part in tree:
            yield from leaves_of(part)
    if isinstance(tree, dict):
        if "field" in tree:
            yield tree
        for key in ("all", "any", "not"):
            yield from leaves_of(tree.get(key))


def from_text(model: type[Any], path: str, text: str) -> Tree:
    """One `f.<path>=<text>` of the URL as a leaf; the forms are in `pages.FilterSpec`."""
    field = resolve(model, path).field
    if text in _SIGNS and _SIGNS[text] in {*field.operators, "empty", "not_empty"}:
        return {"field": path, "op": _SIGNS[text]}
    if "preset" in field.operators and text[:1].isalpha() and text.isascii():
        return {"field": path, "op": "preset", "value": text}
    if "between" in field.operators:
        low, separator, high = text.partition("..")
        if separator:
            return {"field": path, "op": "between", "value": [low or None, high or None]}
        return {"field": path, "op": "eq", "value": text}
    if isinstance(field, RelatedField) or field.kind == "choice":
        values = [word.strip() for word in text.split(",") if word.strip()]
        return {"field": path, "op": "in", "value": values}
    if "contains" in field.operators:
        return {"field": path, "op": "contains", "value": text}
    return {"field": path, "op": "eq", "value": text}


def to_text(model: type[Any], leaf: Tree) -> str | None:
    """The text from which `from_text` makes a leaf of the same meaning; None where none does."""
    path, op, value = leaf.get("field"), leaf.get("op", "eq"), leaf.get("value")
    if not isinstance(path, str):
        return None
    field = resolve(model, path).field
    values = [str(one) for one in value] if isinstance(value, list) else None
    match op:
        case "empty" | "not_empty" | "hidden":
            text = next(sign for sign, meant in _SIGNS.items() if meant == op)
        case "ge" | "le":
            bounds = [str(value), None] if op == "ge" else [None, str(value)]
            leaf = {"field": path, "op": "between", "value": bounds}
            text = f"{value}.." if op == "ge" else f"..{value}"
        case "between" if isinstance(value, list) and len(value) == 2:
            bounds = [None if one in (None, "") else str(one) for one in value]
            leaf = {"field": path, "op": "between", "value": bounds}
            text = "..".join(one or "" for one in bounds)
        case "in" if values is not None:
            leaf, text = {"field": path, "op": "in", "value": values}, ",".join(values)
        case "eq" if isinstance(field, RelatedField) or field.kind == "choice":
            leaf, text = {"field": path, "op": "in", "value": [str(value)]}, str(value)
        case "eq" | "contains" | "preset":
            leaf, text = {"field": path, "op": op, "value": str(value)}, str(value)
        case _:
            return None
    is_whole = bool(text) and text == storable(text).strip() and len(text) <= LONGEST_TEXT
    return text if is_whole and from_text(model, path, text) == leaf else None
