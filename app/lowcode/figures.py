"""Key figures: a count, sum, average or newest day of a list, with the address of its rows.

Start pages and record pages declare them; each is computed by the list engine on behalf of the
reader, so that it equals the list behind it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import get_timezone
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from app.entities.types import average_of
from app.extensions import db
from app.lowcode import field_rights, listing, registered
from app.lowcode.fields import field_of
from app.lowcode.fields.moments import today
from app.lowcode.list_state import ListState, read_state


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


@dataclass(frozen=True)
class _Asked:
    """A figure that the acting person may see, with the list that it is taken from."""

    figure: Figure
    view: Any
    state: ListState

    @property
    def columns(self) -> list[Any]:
        """What is asked of the database for it."""
        figure, model = self.figure, self.view.model
        if figure.sum:
            return [func.count(), func.sum(getattr(model, figure.sum))]
        if figure.average:
            return [average_of(field_of(model, figure.average).column)]
        if figure.latest:
            return [func.max(field_of(model, figure.latest).column)]
        return [func.count()]

    def shown(self, answer: Sequence[Any]) -> ShownFigure:
        """`answer`: the values of `columns`."""
        url = self.view.list_url(self.state)
        return ShownFigure(str(self.figure.label), self._text(answer), url, self.figure.icon)

    def _text(self, answer: Sequence[Any]) -> str:
        figure = self.figure
        if figure.sum:
            rows, total = answer
            text = field_of(self.view.model, figure.sum).text(total or 0)
            if not figure.with_count:
                return text
            # Rows of which none has an amount add up to nothing, which is not zero.
            text = "—" if total is None and rows else text
            return _("%(total)s · %(count)s rows", total=text, count=f"{rows:,}")
        (value,) = answer
        if figure.average:
            column = field_of(self.view.model, figure.average)
            return column.text(value) if value is not None else "—"
        return _day(value) if figure.latest else f"{value:,}"


def show_all(figures: Iterable[Figure], **values: Any) -> list[ShownFigure]:
    """The figures as the acting person sees them, without those of rows they may not list or of
    columns they may not read. All of one list are asked for in one statement."""
    asked = [one for figure in figures if (one := _asked(figure, values)) is not None]
    lists: dict[tuple[str, ListState], list[_Asked]] = {}
    for one in asked:
        lists.setdefault((one.view.resource, one.state), []).append(one)
    answers: dict[int, list[Any]] = {}
    for (_resource, state), group in lists.items():
        view = group[0].view
        where = listing.condition(view.listable, state)
        columns = [column for one in group for column in one.columns]
        statement = select(*columns).select_from(view.model).where(where)
        answer = iter(db.session.execute(statement).one())
        for one in group:
            answers[id(one)] = [next(answer) for _column in one.columns]
    return [one.shown(answers[id(one)]) for one in asked]


def show(figure: Figure, **values: Any) -> ShownFigure | None:
    """`show_all` of one figure; None where the acting person may not see it."""
    return next(iter(show_all([figure], **values)), None)


def outline(figures: Iterable[Figure]) -> list[tuple[str, str]]:
    """(label, icon) of those that `show_all` shows, without asking for them."""
    return [(str(f.label), f.icon) for f in figures if _screen_behind(f) is not None]


def _screen_behind(figure: Figure) -> Any:
    """The screen of its rows, where the acting person may see what the figure tells."""
    screens = registered.screens().values()
    view = next((screen for screen in screens if screen.resource == figure.resource), None)
    may_see = view is not None and view.may("can_list") and _is_readable(view, figure)
    return view if may_see else None


def _asked(figure: Figure, values: Mapping[str, Any]) -> _Asked | None:
    view = _screen_behind(figure)
    if view is None:
        return None
    query = {name: text.format(**values) for name, text in figure.query.items()}
    state = read_state(view.listable, MultiDict(query))
    if state.problems:  # a filter that does not exist would count too much
        raise LookupError(f"{figure.resource}: {'; '.join(map(str, state.problems))}")
    return _Asked(figure, view, state)


def _is_readable(view: Any, figure: Figure) -> bool:
    used = [figure.sum, figure.average, figure.latest]
    used += [name.removeprefix("f.") for name in figure.query if name.startswith("f.")]
    return all(field_rights.readable(view.model, path) for path in used if path)


def _day(value: Any) -> str:
    """A day and how long ago it was."""
    if value is None:
        return "—"
    day = value.astimezone(get_timezone()).date() if isinstance(value, datetime) else value
    return _("%(day)s · %(count)s days", day=day.isoformat(), count=(today() - day).days)
