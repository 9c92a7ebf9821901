"""The builder of conditions: what it offers for a screen, and from its tree back to the list.

Lists and access rules build the same trees from the same parts.
"""

import json
from collections.abc import Callable, Container
from dataclasses import replace
from typing import Any

from flask import jsonify, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.lowcode import conditions
from app.lowcode.condition_words import Labels, labels_of
from app.lowcode.conditions import Tree
from app.lowcode.fields import Field, resolve
from app.lowcode.fields.relations import RelatedField, RelationField
from app.lowcode.list_state import ListState, read_state
from app.rules.dates import DatePreset
from app.rules.errors import DomainError

#: vocabularies above this, such as countries, are searched and not sent along
LONGEST_CHOICE = 30
#: relations that a path of a condition may lead through
HOPS = 2

_EMPTY, _NOT_EMPTY = ("empty", _l("is empty")), ("not_empty", _l("is not empty"))
_IS, _IS_NOT, _BETWEEN = ("eq", _l("is")), ("ne", _l("is not")), ("between", _l("lies between"))
_SEVERAL = (("in", _l("is")), _IS_NOT, _EMPTY, _NOT_EMPTY)
_LEAST, _MOST = ("ge", _l("is at least")), ("le", _l("is at most"))
#: kind of value → comparisons in the order they are offered
_OPERATORS = {
    "text": (
        ("contains", _l("contains")), _IS, _IS_NOT, ("starts", _l("begins with")),
        ("in", _l("is one of")), _EMPTY, _NOT_EMPTY,
    ),
    "choice": _SEVERAL,
    "relation": _SEVERAL,
    "number": (
        _LEAST, _MOST, ("gt", _l("is more than")), ("lt", _l("is less than")), _BETWEEN, _IS,
        _IS_NOT, _EMPTY, _NOT_EMPTY,
    ),
    "date": (
        ("preset", _l("lies in")), _IS, ("ge", _l("is on or after")), ("le", _l("is on or before")),
        _BETWEEN, _EMPTY, _NOT_EMPTY,
    ),
    "flag": (_IS,),
}  # fmt: skip
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


class Askable(Container[str]):
    """The paths that conditions on a screen's rows may name: its filters, and those of the screens
    that its relations lead to, as far as the acting person may list and read them."""

    def __init__(self, view: Any, hops: int = HOPS) -> None:
        self._view, self._hops = view, hops

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, str):
            return False
        if path in self._view.seen.filters:
            return True
        name, _dot, rest = path.partition(".")
        screen = screen_behind(self._view, name) if rest and self._hops else None
        return screen is not None and rest in Askable(screen, self._hops - 1)


def screen_behind(view: Any, name: str) -> Any:
    """The screen of the rows that a filter of `view` leads to; None where it leads nowhere that
    the acting person may list."""
    if name not in view.seen.filters:
        return None
    field = resolve(view.model, name).field
    screen = view.screen_of(field.target) if isinstance(field, RelationField) else None
    return screen if screen is not None and screen.may("can_list") else None


def offer(
    view: Any, tree: Tree, fields_url: Callable[[Any], str | None], allowed: Container[str] | None
) -> dict[str, Any]:
    """What the builder offers for the rows of a screen.

    `fields_url`: address of the offer of another screen, for the fields of related rows, if they
    have one; `allowed`: paths whose rows may be named (None: all): those in `tree` come along as
    `known`.
    """
    named = [
        leaf
        for leaf in conditions.leaves_of(tree)
        if allowed is None or leaf.get("field") in allowed
    ]
    return {
        "fields": [_offered(view, path, fields_url) for path in view.seen.filters],
        "operators": {
            kind: [(op, str(label)) for op, label in operators]
            for kind, operators in _OPERATORS.items()
        },
        "presets": [(preset.value, _(preset.label)) for preset in DatePreset],
        "counted": [
            ("last", _("Last … days")),
            ("next", _("Next … days")),
            ("older_than", _("More than … days ago")),
        ],
        "known": _known(view.model, named),
    }


def _offered(view: Any, path: str, fields_url: Callable[[Any], str | None]) -> dict[str, Any]:
    resolved = resolve(view.model, path)
    field = resolved.field
    behind = screen_behind(view, path)
    found = {
        "path": path,
        "label": str(resolved.label),
        "kind": _KINDS.get(field.kind, "text"),
        "options": _options(field),
        "more": fields_url(behind) if behind is not None else None,
    }
    if isinstance(field, RelatedField) or len(field.options) > LONGEST_CHOICE:
        found["picker"] = url_for(f"{view.endpoint}.picker", path=path)
    return found


def _options(field: Field) -> list[tuple[str, str]]:
    """What is always offered: of related rows only "me" and "my team", of long vocabularies
    nothing."""
    options = field.words if isinstance(field, RelatedField) else field.options
    return [(o.value, o.label) for o in options] if len(options) <= LONGEST_CHOICE else []


def _known(model: type[Any], leaves: list[Tree]) -> dict[str, dict[str, str]]:
    """Path → value → label of what was searched and chosen."""
    labels: Labels = labels_of(model, leaves)
    found: dict[str, dict[str, str]] = {}
    for leaf in leaves:
        field, path = _field_of(model, leaf), str(leaf["field"])
        if isinstance(field, RelatedField):
            named = {str(key): text for (target, key), text in labels.items()
                     if target is field.target}  # fmt: skip
            found.setdefault(path, {}).update(named)
        elif field is not None and len(field.options) > LONGEST_CHOICE:
            found[path] = {option.value: option.label for option in field.options}
    return found


def _field_of(model: type[Any], leaf: Tree) -> Field | None:
    try:
        return resolve(model, str(leaf["field"])).field
    except LookupError:
        return None


# lists --------------------------------------------------------------------------
def tree_of(view: Any, state: ListState) -> Tree:
    """Everything that narrows a list besides its search, as one tree; InvalidInput where the
    condition of the address cannot be read."""
    simple = [conditions.from_text(view.model, path, text) for path, text in state.filters]
    where = conditions.loads(state.where) if state.where else {}
    return conditions.all_of([*simple, *conditions.parts_of(where)])


def narrowed_by(view: Any, state: ListState, tree: Tree) -> ListState:
    """The state of the list that `tree` alone narrows: filters where they can say it, so that each
    keeps its own form, and one condition for the rest."""
    filters: list[tuple[str, str]] = []
    rest: list[Tree] = []
    for part in conditions.parts_of(tree):
        simple = part.get("field") in view.seen.filters
        text = conditions.to_text(view.model, part) if simple else None
        if text is None:
            rest.append(part)
        else:
            filters.append((part["field"], text))
    where = written(conditions.all_of(rest))
    return replace(state, filters=tuple(filters), where=where, page=1)


def written(tree: Tree) -> str:
    """A tree as the address of a list holds it."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")) if tree else ""


class Building:
    """Adds what the builder asks for, and the way from its tree back to the list."""

    @expose("/filters/fields")
    @has_access
    @permission_name("list")
    def condition_fields(self) -> Any:
        """The offer of this screen; the query string is the state of its list, whose condition
        comes along as a tree."""
        tree = self._tree()
        return jsonify(
            {**offer(self, tree, condition_fields_url, self.listable.asked), "tree": tree}
        )

    def _tree(self) -> Tree:
        try:
            return tree_of(self, read_state(self.listable, request.args))
        except DomainError:  # the list says so
            return {}

    @expose("/filters/build")
    @has_access
    @permission_name("list")
    def build(self) -> Any:
        """To the list that `tree` narrows; what cannot be read is told there."""
        state = read_state(self.listable, request.args)
        text = request.args.get("tree", "")
        try:
            state = narrowed_by(self, state, conditions.loads(text))
        except (DomainError, LookupError):
            state = replace(state, filters=(), where=text, page=1)
        return redirect(self.list_url(state))


def condition_fields_url(view: Any) -> str:
    return url_for(f"{view.endpoint}.condition_fields")
