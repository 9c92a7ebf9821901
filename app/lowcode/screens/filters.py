"""The filters of a list: their forms, loaded with their menu, and the chips of those in force."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.entities.system.user import User
from app.extensions import db
from app.lowcode.fields import resolve
from app.lowcode.fields.relations import RelatedField, key_of
from app.lowcode.listing import ListState, read_state
from app.lowcode.pages import Chip, Choice, FilterPage, FilterSpec
from app.rules.dates import DatePreset

#: vocabularies above this, such as countries, are searched and not sent with the forms
LONGEST_CHOICE = 30


class Filtering:
    """Adds the forms of a list's filters: a part for its menu, a page for who has no scripts."""

    @expose("/filters")
    @has_access
    @permission_name("list")
    def filters_part(self) -> Any:
        """One form per filter; the query string is the state of the list."""
        state = read_state(self.listable, request.args)
        page = FilterPage(
            title=str(self.list_title),
            list_url=self.list_url(state),
            filters=[filter_of(self, path) for path in self.seen.filters],
            narrow_url=url_for(f"{self.endpoint}.narrow"),
            carried=state.pairs(page=1),
            help_url=self.help_url,
        )
        part = "HX-Request" in request.headers
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
        kind = field.kind if isinstance(field, RelatedField) else "relation"
        people = isinstance(field, RelatedField) and field.target is User
        choices = [Choice("me", _("me"))] if people else []
        return FilterSpec(path, str(resolved.label), kind, choices, picker)
    kind = {"moment": "date", "quantity": "number"}.get(field.kind, field.kind)
    choices = [Choice(o.value, o.label, o.color) for o in field.options]
    if kind == "date":
        choices = [Choice(str(preset.value), _(preset.label)) for preset in DatePreset]
    known = {"choice", "number", "money", "date", "flag"}
    return FilterSpec(path, str(resolved.label), kind if kind in known else "text", choices)


def chips_of(view: Any, state: ListState) -> list[Chip]:
    chips = []
    for index, (path, text) in enumerate(state.filters):
        rest = state.filters[:index] + state.filters[index + 1 :]
        label = str(resolve(view.model, path).label)
        url = view.list_url(state, filters=rest, page=1)
        chips.append(Chip(path, label, filter_text(view, path, text), url, text))
    if state.where:
        url = view.list_url(state, where="", page=1)
        chips.append(Chip("where", _("Condition"), _("custom"), url, state.where, False))
    return chips


def filter_text(view: Any, path: str, text: str) -> str:
    """A filter's value in words."""
    field = resolve(view.model, path).field
    if text in {"-", "*"}:
        return _("is empty") if text == "-" else _("is not empty")
    if isinstance(field, RelatedField):
        return ", ".join(_related_text(field, word) for word in text.split(","))
    if field.kind == "choice":
        labels = {option.value: option.label for option in field.options}
        return ", ".join(labels.get(word.strip(), word) for word in text.split(","))
    if field.kind == "flag":
        return _("Yes") if text == "yes" else _("No")
    if field.kind in {"date", "moment"} and text in set(DatePreset):
        return _(DatePreset(text).label)
    low, dots, high = text.partition("..")
    if dots:
        return f"≥ {low}" if not high else f"≤ {high}" if not low else f"{low} – {high}"
    return text


def _related_text(field: RelatedField, word: str) -> str:
    if word == "me":
        return _("me")
    key = key_of(word)
    row = None if key is None else db.session.get(field.target, key)
    return field.label_of(row) if row is not None else word
