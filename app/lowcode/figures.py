"""Key figures: a count, sum, average or newest day of a list, with the address of its rows.

Start pages and record pages declare them; each is computed by the list engine on behalf of the
reader, so that it equals the list behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import get_timezone
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from app.entities.types import average_of
from app.extensions import db
from app.lowcode import field_rights, listing
from app.lowcode.fields import field_of
from app.lowcode.fields.moments import today
from app.lowcode.listing import read_state


@dataclass(frozen=True)
class Figure:
    """`resource` names the screen, `query` its filters; `{id}` in them is the record's key.

    At most one of `sum`, `average` and `latest` names a column; without, rows are counted.
    """

    label: Any
    resource: str
    query: Mapping[str, str] = field(default_factory=dict)
    icon: str = "hash"
    sum: str | None = None
    #: how many rows there are beside their sum
    with_count: bool = False
    average: str | None = None
    latest: str | None = None


@dataclass(frozen=True)
class ShownFigure:
    label: str
    text: str
    url: str
    icon: str


def show(figure: Figure, **values: Any) -> ShownFigure | None:
    """The figure as the acting person sees it; None where they may not list the rows, or read
    what they are counted by or added up from."""
    screens = current_app.extensions["kehu_screens"].values()
    view = next((screen for screen in screens if screen.resource == figure.resource), None)
    if view is None or not view.may("can_list") or not _is_readable(view, figure):
        return None
    query = {name: text.format(**values) for name, text in figure.query.items()}
    state = read_state(view.listable, MultiDict(query))
    if state.problems:  # a filter that does not exist would count too much
        raise LookupError(f"{figure.resource}: {'; '.join(map(str, state.problems))}")
    return ShownFigure(
        str(figure.label), _text(view, state, figure), view.list_url(state), figure.icon
    )


def _is_readable(view: Any, figure: Figure) -> bool:
    used = [figure.sum, figure.average, figure.latest]
    used += [name.removeprefix("f.") for name in figure.query if name.startswith("f.")]
    return all(field_rights.readable(view.model, path) for path in used if path)


def _text(view: Any, state: listing.ListState, figure: Figure) -> str:
    if figure.sum:
        rows, sums = listing.summary(view.listable, state, [figure.sum])
        total = sums[figure.sum]
        text = field_of(view.model, figure.sum).text(total or 0)
        if not figure.with_count:
            return text
        # Rows of which none has an amount add up to nothing, which is not zero.
        text = "—" if total is None and rows else text
        return _("%(total)s · %(count)s rows", total=text, count=f"{rows:,}")
    if figure.average:
        column = field_of(view.model, figure.average)
        value = _aggregate(view, state, average_of(column.column))
        return column.text(value) if value is not None else "—"
    if figure.latest:
        return _day(_aggregate(view, state, func.max(field_of(view.model, figure.latest).column)))
    return f"{listing.count(view.listable, state):,}"


def _aggregate(view: Any, state: listing.ListState, expression: Any) -> Any:
    where = listing.condition(view.listable, state)
    return db.session.scalar(select(expression).select_from(view.model).where(where))


def _day(value: Any) -> str:
    """A day and how long ago it was."""
    if value is None:
        return "—"
    day = value.astimezone(get_timezone()).date() if isinstance(value, datetime) else value
    return _("%(day)s · %(count)s days", day=day.isoformat(), count=(today() - day).days)
