"""The filters of a list: their forms, loaded with their menu, and the chips of those in force."""

from typing import Any

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
from app.lowcode.listing import ListState, read_state
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
        return url_for(f"{self.endpoint}.filters_part") + state.query(page=1)


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
    leaves = [conditions.from_text(view.model, path, text) for path, text in state.filters]
    parts = _parts(state)
    labels = labels_of(view.model, [*leaves, *parts])
    chips = []
    for index, (path, text) in enumerate(state.filters):
        rest = state.filters[:index] + state.filters[index + 1 :]
        url = view.list_url(state, filters=rest, page=1)
        resolved = resolve(view.model, path)
        words = _words(resolved.field, leaves[index], text, labels)
        chips.append(Chip(path, label_of(resolved), words, url, text))
    for index, part in enumerate(parts):
        rest_of_it = conditions.all_of(parts[:index] + parts[index + 1 :])
        url = view.list_url(state, where=written(rest_of_it), page=1)
        chips.append(_condition_chip(view.model, part, labels, url))
    return chips


def _condition_chip(model: type[Any], part: Any, labels: Labels, url: str) -> Chip:
    if "field" in part:
        label, words = leaf_in_words(model, part, labels)
    else:
        label, words = _("Condition"), in_words(model, part, labels)
    return Chip("where", label, words, url, written(part), is_filter=False)


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
    return [(chip.label, chip.text) for chip in chips_of(view, state)]


def _words(field: Field, leaf: Any, text: str, labels: Labels) -> str:
    """What a filter says of its field, without the sign that goes without saying."""
    if leaf["op"] in {"eq", "in", "contains", "preset"}:
        return value_in_words(field, leaf["op"], leaf["value"], labels).replace(" / ", ", ")
    return compared(field, leaf["op"], leaf.get("value"), labels)
