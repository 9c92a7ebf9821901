"""A screen as far as the acting person's field rights go: what of its declaration is left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import inspect

from app.lowcode import field_rights, principal
from app.lowcode.fields import field_of
from app.lowcode.list_state import Listable
from app.lowcode.principal import Principal
from app.lowcode.screens.building import Askable
from app.lowcode.screens.columns import declared_columns
from app.lowcode.screens.declare import Board, Calendar, Chart, Lines, Section

_kept: WeakKeyDictionary[Principal, dict[Any, "Seen"]] = WeakKeyDictionary()

_PAGES_OF_THEIR_OWN = frozenset({"condition"})


@dataclass(frozen=True)
class Seen:
    """What one person sees of a screen. Shown columns may be masked; what is searched, filtered,
    sorted, summed or grouped by is readable, or an answer would tell what it hides."""

    listable: Listable
    columns: tuple[str, ...]
    facts: tuple[str, ...]
    filters: tuple[str, ...]
    search: tuple[str, ...]
    totals: tuple[str, ...]
    layouts: tuple[Any, ...]
    #: `Section` and `Lines` with the columns that are shown; parts without any are left out
    form: tuple[Any, ...]
    #: the same for what files alone fill
    file_form: tuple[Any, ...]
    #: the form's own columns that the person may write
    writable: frozenset[str]

    @cached_property
    def small_inputs(self) -> tuple[str, ...]:
        """Those of them that need no page of their own, in the order of the form."""
        return tuple(
            name
            for part in self.form
            if isinstance(part, Section)
            for name in part.fields
            if name in self.writable
            and field_of(self.listable.model, name).kind not in _PAGES_OF_THEIR_OWN
        )


def seen_by_actor(view: Any) -> Seen:
    """The screen as the acting person sees it; computed once for as long as their rights hold."""
    if not field_rights.is_limited():
        return seen_in_full(view)
    views = _kept.setdefault(principal.current(), {})
    if view not in views:
        views[view] = _narrowed(view)
    return views[view]


def seen_in_full(view: Any) -> Seen:
    """The screen as it is declared."""
    found: Seen | None = view.__dict__.get("_seen_in_full")
    if found is None:
        order = view.base_order or ("id", "desc")
        listable = Listable(
            model=view.model,
            columns=tuple(view.list_columns),
            offered=declared_columns(view),
            search=tuple(view.quick_search),
            filters=frozenset(view.filters),
            asked=Askable(view),
            sortable=frozenset(view.order_columns),
            order=((order[0], order[1] == "desc"),),
            page_size=view.page_size,
        )
        found = view.__dict__["_seen_in_full"] = Seen(
            listable=listable,
            columns=listable.columns,
            facts=tuple(view.facts),
            filters=tuple(view.filters),
            search=listable.search,
            totals=tuple(view.totals),
            layouts=tuple(view.layouts),
            form=tuple(view.form),
            file_form=tuple(view.file_form),
            writable=frozenset(view.form_columns),
        )
    return found


def _narrowed(view: Any) -> Seen:
    model, full = view.model, seen_in_full(view)
    columns = tuple(field_rights.visible_paths(model, full.columns)) or (model.label_column,)
    filters = tuple(field_rights.readable_paths(model, full.filters))
    search = tuple(field_rights.readable_paths(model, full.search))
    listable = replace(
        full.listable,
        columns=columns,
        offered=tuple(field_rights.visible_paths(model, full.listable.offered)),
        search=search,
        filters=frozenset(filters),
        sortable=frozenset(field_rights.readable_paths(model, full.listable.sortable)),
        order=tuple(o for o in full.listable.order if field_rights.readable(model, o[0])),
    )
    return Seen(
        listable=listable,
        columns=columns,
        facts=tuple(field_rights.visible_paths(model, full.facts)),
        filters=filters,
        search=search,
        totals=tuple(field_rights.readable_paths(model, full.totals)),
        layouts=tuple(
            layout for declared in full.layouts if (layout := _layout(model, declared)) is not None
        ),
        form=_parts(model, full.form),
        file_form=_parts(model, full.file_form),
        writable=frozenset(n for n in full.writable if field_rights.writable(model, n)),
    )


def _layout(model: type[Any], layout: Any) -> Any:
    """The layout without what it may not tell; None where nothing is left to group by or sum."""
    match layout:
        case Board():
            needed: Sequence[str | None] = (layout.column, layout.sum)
            layout = replace(layout, card=field_rights.visible_paths(model, layout.card))
        case Calendar():
            needed = (layout.column, layout.color)
        case Chart():
            needed = (layout.column, layout.sum, layout.split)
        case _:
            needed = ()
    return layout if all(field_rights.readable(model, path) for path in needed if path) else None


def _parts(model: type[Any], parts: Sequence[Any]) -> tuple[Any, ...]:
    found: list[Any] = []
    for part in parts:
        if isinstance(part, Section):
            names = field_rights.visible_paths(model, part.fields)
            found += [replace(part, fields=names)] if names else []
        else:
            lines = _lines(model, part)
            found += [lines] if lines.columns else []
    return tuple(found)


def _lines(model: type[Any], part: Lines) -> Lines:
    """Lines with the columns that are shown. What is computed of them is read or not there, and
    totals stand only where everything they add up is read."""
    line = inspect(model).relationships[part.name].mapper.class_
    open_ = [name for name in part.columns if field_rights.readable(line, name)]
    is_whole = len(open_) == len(part.columns) and all(
        field_rights.readable(model, name) for name in part.totals_from
    )
    return replace(
        part,
        columns=[
            name
            for name in part.columns
            if name in open_ or (name not in part.computed and field_rights.visible(line, name))
        ],
        computed={name: compute for name, compute in part.computed.items() if name in open_},
        usual={name: usual for name, usual in part.usual.items() if name in open_},
        totals=part.totals if is_whole else None,
    )
