"""The filters of a list: their forms, loaded with their menu, and the chips of those in force."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import abort, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.lowcode import conditions
from app.lowcode.condition_words import (
    Labels,
    compared,
    in_words,
    label_of,
    labels_of,
    leaf_in_words,
    value_in_words,
)
from app.lowcode.fields import Field, resolve
from app.lowcode.fields.relations import RelatedField
from app.lowcode.list_state import ListState, read_state
from app.lowcode.once_rendered import address
from app.lowcode.pages import Chip, Choice, FilterPage, FilterSpec
from app.lowcode.screens.building import LONGEST_CHOICE, written
from app.rules.dates import DatePreset
from app.rules.errors import DomainError


class Filtering:
    """Adds the forms of a list's filters: a part for its menu, a page for who has no scripts."""

    @expose("/filters")
    @has_access
    @permission_name("list")
    def filters_part(self) -> Any:
        """One form per filter; the query string is the state of the list."""
        state = read_state(self.listable, request.args)
        part = "HX-Request" in request.headers
        page = FilterPage(
            title=str(self.list_title),
            list_url=self.list_url(state),
            filters=[filter_of(self, path) for path in self.seen.filters],
            narrow_url=None if part else url_for(f"{self.endpoint}.narrow"),
            carried=state.pairs(page=1),
            help_url=self.help_url,
            builds=part,
        )
        return render_template("list/_filter_menu.html" if part else "list/filters.html", page=page)

    @expose("/filters/apply")
    @has_access
    @permission_name("list")
    def narrow(self) -> Any:
        """To the list with what one form says added to its state; scripts do it themselves."""
        state = read_state(self.listable, request.args)
        path = request.args.get("filter", "")
        if path not in self.seen.filters:
            abort(404)
        others = tuple(pair for pair in state.filters if pair[0] != path)
        value = _typed_value()
        return redirect(
            self.list_url(state, page=1, filters=(*others, *([(path, value)] if value else [])))
        )

    def filters_url(self, state: ListState) -> str:
        return address(f"{self.endpoint}.filters_part") + state.query(page=1)


def _typed_value() -> str:
    """The value that a form of a filter was sent with, as `f.<path>` holds it."""
    args = request.args
    if args.get("value"):
        return args["value"]
    low, high = args.get("low", "").strip(), args.get("high", "").strip()
    if low or high:
        return f"{low}..{high}"
    return (
        ",".join([*args.getlist("choice"), *args.getlist("picked")]) or args.get("text", "").strip()
    )


def filter_of(view: Any, path: str) -> FilterSpec:
    resolved = resolve(view.model, path)
    field = resolved.field
    if isinstance(field, RelatedField) or len(field.options) > LONGEST_CHOICE:
        picker = url_for(f"{view.endpoint}.picker", path=path)
        is_related = isinstance(field, RelatedField)
        kind, choices = (field.kind, field.words) if is_related else ("relation", [])
        return FilterSpec(path, str(resolved.label), kind, choices, picker)
    kind = {"moment": "date", "quantity": "number"}.get(field.kind, field.kind)
    choices = [Choice(o.value, o.label, o.color) for o in field.options]
    if kind == "date":
        choices = [Choice(str(preset.value), _(preset.label)) for preset in DatePreset]
    known = {"choice", "number", "money", "date", "flag"}
    return FilterSpec(path, str(resolved.label), kind if kind in known else "text", choices)


def chips_of(view: Any, state: ListState) -> list[Chip]:
    """What narrows a list, each with the address of the list without it: its filters, and the
    parts of its condition."""
    return [
        Chip(part.name, part.label, part.text, view.list_url(state, page=1, **part.without),
             part.value, part.is_filter)
        for part in _narrowing(view, state)
    ]  # fmt: skip


class Narrowing(NamedTuple):
    """A filter or a part of the condition, in words, with what a list's state is without it."""

    name: str
    label: str
    text: str
    value: str
    without: dict[str, Any]
    is_filter: bool = True


def _narrowing(view: Any, state: ListState) -> Iterator[Narrowing]:
    leaves = [conditions.from_text(view.model, path, text) for path, text in state.filters]
    parts = _parts(state)
    labels = labels_of(view.model, [*leaves, *parts])
    for index, (path, text) in enumerate(state.filters):
        rest = state.filters[:index] + state.filters[index + 1 :]
        resolved = resolve(view.model, path)
        words = _words(resolved.field, leaves[index], text, labels)
        yield Narrowing(path, label_of(resolved), words, text, {"filters": rest})
    for index, part in enumerate(parts):
        rest_of_it = written(conditions.all_of(parts[:index] + parts[index + 1 :]))
        label, words = _part_in_words(view.model, part, labels)
        yield Narrowing("where", label, words, written(part), {"where": rest_of_it}, False)


def _part_in_words(model: type[Any], part: Any, labels: Labels) -> tuple[str, str]:
    if "field" in part:
        return leaf_in_words(model, part, labels)
    return _("Condition"), in_words(model, part, labels)


def _parts(state: ListState) -> list[Any]:
    """The parts of the condition in the address, each of which can be taken away; one that cannot
    be read is one part."""
    if not state.where:
        return []
    try:
        return conditions.parts_of(conditions.loads(state.where))
    except DomainError:
        return [{"field": "", "op": "?"}]


def conditions_in_words(view: Any, state: ListState) -> list[tuple[str, str]]:
    """(field, what is said of it) of everything that narrows a list besides its search."""
    return [(part.label, part.text) for part in _narrowing(view, state)]


def _words(field: Field, leaf: Any, text: str, labels: Labels) -> str:
    """What a filter says of its field, without the sign that goes without saying."""
    if leaf["op"] in {"eq", "in", "contains", "preset"}:
        return value_in_words(field, leaf["op"], leaf["value"], labels).replace(" / ", ", ")
    return compared(field, leaf["op"], leaf.get("value"), labels)
