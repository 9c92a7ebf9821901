"""The parts of somebody's day: what is due when, with the lists behind every figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import format_date, format_datetime, get_timezone
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.entities.customers import Interaction
from app.entities.support import Ticket
from app.entities.work import Task
from app.lowcode import field_rights, listing, registered
from app.lowcode.fields import field_of
from app.lowcode.list_state import ListState
from app.lowcode.pages import Cell
from app.rules.work import DayPart, day_part, last_day
from app.services import work


@dataclass(frozen=True)
class Worked:
    """A kind of thing that is due: its columns, its "done", and what makes a row still open."""

    entity: type[Any]
    title: str
    due: str
    person: str
    action: str
    still_open: Mapping[str, str]
    #: the action asks for something first, so it opens its own page
    asks: bool = False

    @property
    def view(self) -> Any:
        return registered.screens()[self.entity]

    @property
    def is_readable(self) -> bool:
        """May the acting person read everything that says what is due, when and for whom?"""
        used = (self.title, self.due, self.person, *self.still_open)
        return all(field_rights.readable(self.entity, path) for path in used)

    def state(self, days: str) -> ListState:
        """The list of this person's open rows due on `days`, a filter's text."""
        filters = {self.person: "me", **self.still_open, self.due: days}
        return ListState(filters=tuple(filters.items()))

    def rows(self, session: Session, user_id: int, last: date) -> Sequence[Any]:
        if self.entity is Task:
            return work.due_tasks(session, user_id, last)
        if self.entity is Interaction:
            return work.due_next_steps(session, user_id, last)
        midnight = field_of(Ticket, self.due).read(last + timedelta(days=1))
        return work.due_tickets(session, user_id, midnight)


@dataclass(frozen=True)
class Due:
    """One thing to do. `done_url` is posted to with `fields`."""

    icon: str
    kind: str
    title: str
    url: str
    about: str
    about_url: str | None
    when: str
    badges: list[Cell]
    done_label: str
    done_url: str | None
    fields: dict[str, str]


@dataclass
class Part:
    """Overdue, today or soon: (label, count, address of the list) per kind, and the rows."""

    code: str
    label: str
    counts: list[tuple[str, int, str]] = field(default_factory=list)
    items: list[Due] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(count for _label, count, _url in self.counts)


@dataclass
class MyDayPage:
    title: str
    subtitle: str
    parts: list[Part]
    new_url: str | None
    help_url: str


def parts_of(session: Session, kinds: Sequence[Worked], user_id: int, today: date) -> list[Part]:
    """Everything due for a person in the next days, by part and day."""
    kinds = [kind for kind in kinds if kind.is_readable]
    found: dict[DayPart, list[tuple[date, Due]]] = {part: [] for part in DayPart}
    for kind in kinds:
        for row in kind.rows(session, user_id, last_day(today)):
            day = _day(getattr(row, kind.due))
            part = day_part(day, today)
            if part is not None:
                found[part].append((day, _due(kind, row)))
    parts = []
    for part, rows in found.items():
        rows.sort(key=lambda pair: pair[0])
        items = [due for _day, due in rows]
        parts.append(Part(str(part.value), _(part.label), _counts(kinds, part, today), items))
    return parts


def _day(due: date | datetime) -> date:
    return due.astimezone(get_timezone()).date() if isinstance(due, datetime) else due


def _counts(kinds: Sequence[Worked], part: DayPart, today: date) -> list[tuple[str, int, str]]:
    counts = []
    for kind in kinds:
        state = kind.state(_days(part, today))
        count = listing.count(kind.view.listable, state)
        if count:
            counts.append((_kind_label(kind), count, kind.view.list_url(state)))
    return counts


def _days(part: DayPart, today: date) -> str:
    one = timedelta(days=1)
    match part:
        case DayPart.OVERDUE:
            return f"..{(today - one).isoformat()}"
        case DayPart.TODAY:
            return f"{today.isoformat()}..{today.isoformat()}"
        case DayPart.SOON:
            return f"{(today + one).isoformat()}..{last_day(today).isoformat()}"


def _kind_label(kind: Worked) -> str:
    return _("Next steps") if kind.entity is Interaction else str(kind.view.list_title)


def _due(kind: Worked, row: Any) -> Due:
    view, value = kind.view, getattr(row, kind.due)
    customer = field_rights.value_of(row, "customer")
    screen = view.screen_of(type(customer)) if customer is not None else None
    is_offered = view.may_action(kind.action) and view.is_action_available(kind.action, row)
    done_url = None
    if is_offered and kind.asks:
        done_url = url_for(f"{view.endpoint}.action_post", name=kind.action)
    elif is_offered:
        done_url = url_for("MyDayView.done", resource=view.resource, pk=row.id)
    return Due(
        icon=view.icon,
        kind=_("Next step") if kind.entity is Interaction else str(view.singular),
        title=getattr(row, kind.title) or repr(row),
        url=view.url_of(row.id),
        about=customer.name if customer is not None else "",
        about_url=screen.url_of(customer.id) if screen and screen.may("can_show") else None,
        when=format_datetime(value, "yyyy-MM-dd HH:mm")
        if isinstance(value, datetime)
        else format_date(value, "yyyy-MM-dd"),
        badges=[field_of(kind.entity, "priority").cell(row.priority)]
        if kind.entity is not Interaction and field_rights.readable(kind.entity, "priority")
        else [],
        done_label=str(view.actions[kind.action].text) if kind.asks else _("Done"),
        done_url=done_url,
        fields={"rowid": str(row.id), "from": "record"} if kind.asks else {},
    )
