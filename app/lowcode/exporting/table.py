"""What is written into a file: a screen's filtered rows with everything a reader must know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _

from app.lowcode import field_rights, listing, principal
from app.lowcode.fields import Field, resolve
from app.lowcode.fields.scalars import LongTextField
from app.lowcode.list_state import Listable, ListState
from app.lowcode.screens.columns import readable_columns, shown_columns
from app.lowcode.screens.declare import Worked
from app.lowcode.screens.filters import conditions_in_words


@dataclass(frozen=True)
class ExportColumn:
    path: str
    label: str
    field: Field


@dataclass(frozen=True)
class ExportTable:
    """A filtered list, ready to be written; `rows` can be read once."""

    title: str
    columns: tuple[ExportColumn, ...]
    #: values in column order, as the fields hold them
    rows: Iterator[Sequence[Any]]
    count: int
    #: the filters in words, such as "Tier: VIP"
    summary: tuple[str, ...]
    #: who wrote it and when, in that person's zone
    author: str
    moment: str


def chosen_paths(view: Any, *, every_column: bool) -> tuple[str, ...] | None:
    """Every readable column, or None for those that the list shows."""
    return readable_columns(view) if every_column else None


def table_of(
    view: Any,
    source: Listable,
    state: ListState,
    paths: Sequence[str] | None = None,
    extras: Sequence[Worked] = (),
) -> ExportTable:
    """The rows of `state` on behalf of whoever acts; InvalidInput for an unreadable filter.

    `paths`: the columns, default those that the list shows. `extras` follow, as far as what they
    are worked out of may be read.
    """
    paths = tuple(paths or shown_columns(source, state))
    resolved = [resolve(view.model, path) for path in paths]
    extras = [
        extra
        for extra in extras
        if len(field_rights.visible_paths(view.model, extra.paths)) == len(extra.paths)
    ]
    worked = [
        ExportColumn("", _(e.label), LongTextField(view.model, "", _(e.label))) for e in extras
    ]
    return ExportTable(
        title=str(view.list_title),
        columns=(*(ExportColumn(r.path, str(r.label), r.field) for r in resolved), *worked),
        rows=_rows(source, state, paths, extras),
        count=listing.count(source, state),
        summary=tuple(_summary(view, state)),
        author=principal.current().name,
        moment=format_datetime(datetime.now(UTC), "yyyy-MM-dd HH:mm"),
    )


def _rows(
    source: Listable, state: ListState, paths: tuple[str, ...], extras: Sequence[Worked]
) -> Iterator[Sequence[Any]]:
    if not extras:
        yield from listing.stream(source, state, paths)
        return
    read = tuple(dict.fromkeys([*paths, *(path for extra in extras for path in extra.paths)]))
    for row in listing.stream(source, state, read):
        values = dict(zip(read, row, strict=True))
        texts = [extra.text(*(values[path] for path in extra.paths)) for extra in extras]
        yield [*(values[path] for path in paths), *texts]


def _summary(view: Any, state: ListState) -> Iterator[str]:
    if state.q:
        yield f"{_('Search')}: {state.q}"
    for label, words in conditions_in_words(view, state):
        yield f"{label}: {words}"
