"""The row boundary for writes: owners are filled, and no row or key gets beyond a person's reach.

Reads are narrowed by `app.lowcode.scope`.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Session

from app.entities.base import SHARED
from app.entities.system.user import User
from app.lowcode import principal as acting
from app.lowcode.access.criteria import criterion, holds
from app.lowcode.links import Link, changed, key_after_flush, links_of, related
from app.lowcode.principal import DataScope, NoPrincipal, Principal
from app.lowcode.scope import ScopeViolation
from app.lowcode.undo_mode import is_undoing
from app.rules.access import Access

#: keys in one statement
_AT_ONCE = 500


def guard(session: Session) -> None:
    """`before_flush`: owners are filled, and rows and foreign keys outside the scope refused."""
    principal = acting.current_or_none()
    # Asked once: the session puts these sets together anew each time.
    new = session.new
    touched = [*new, *(row for row in session.dirty if session.is_modified(row))]
    if not is_undoing(session):
        owners = _Owners(session, principal)
        for row in touched:
            owners.fill(row, is_new=row in new)
    if principal is not None and principal.sees_all:
        return
    with session.no_autoflush:
        rows = [*touched, *session.deleted]
        if principal is None:
            if any(getattr(row, "scope", SHARED) != SHARED for row in rows):
                raise NoPrincipal("scoped rows were written with no acting person")
            return
        checks = _Checks(session, principal)
        checks.stored([row for row in rows if row not in new])
        for row in touched:
            checks.row(row)
        for row in rows:
            checks.targets(row)


class _Owners:
    """New rows belong to their maker; the team follows the owner unless it was chosen."""

    def __init__(self, session: Session, principal: Principal | None) -> None:
        self._session = session
        self._maker = principal.user_id if principal else None
        self._known: dict[tuple[type[Any], int], Any] = {}

    def fill(self, row: Any, *, is_new: bool) -> None:
        scope = getattr(row, "scope", SHARED)
        if not scope.owner:
            return
        links = links_of(type(row))
        owner, team = links[scope.owner], links[scope.team]
        if is_new and not key_after_flush(row, owner) and related(row, owner) is None:
            self._point(row, owner, self._maker)
        is_chosen = changed(row, team) and not (is_new and key_after_flush(row, team) is None)
        if changed(row, owner) and not is_chosen:
            person = related(row, owner) or self._get(User, key_after_flush(row, owner))
            if person is not None:
                self._point(row, team, person.team_id)

    def _point(self, row: Any, link: Link, key: int | None) -> None:
        """By object where one was chosen before: it would else win over the key, or outlive it."""
        if link.name in inspect(row).dict:
            setattr(row, link.name, self._get(link.target, key))
        else:
            setattr(row, link.key, key)

    def _get(self, model: type[Any], key: int | None) -> Any:
        if not key:
            return None
        if (model, key) not in self._known:
            self._known[model, key] = self._session.get(model, key)
        return self._known[model, key]


class _Checks:
    """What one flush asks: criteria are made and keys looked up once, whatever it holds."""

    def __init__(self, session: Session, principal: Principal) -> None:
        self._session = session
        self._principal = principal
        self._new = session.new
        self._criteria: dict[tuple[type[Any], Access], ColumnElement[bool] | None] = {}
        self._seen: set[tuple[type[Any], Access, Any]] = set()

    def stored(self, rows: Iterable[Any]) -> None:
        """ScopeViolation for a stored row that is not the person's to write."""
        keys: dict[type[Any], list[int]] = {}
        for row in rows:
            if self._criterion(type(row), Access.WRITE) is not None:
                keys.setdefault(type(row), []).append(inspect(row).identity[0])
        for model, wanted in keys.items():
            clause = self._criterion(model, Access.WRITE)
            for start in range(0, len(wanted), _AT_ONCE):
                part = wanted[start : start + _AT_ONCE]
                # The criterion is SQL on the rows as they are stored: nobody lets themself in by
                # what they set.
                known = select(model.id).where(model.id.in_(part), clause)
                if len(set(self._session.scalars(known))) < len(set(part)):
                    raise ScopeViolation("This record is not yours to change.")

    def row(self, row: Any) -> None:
        """ScopeViolation where a row would go beyond the reach of who writes it."""
        model = type(row)
        if self._criterion(model, Access.WRITE) is None:
            return
        if model.scope.owner:
            _check_owner(row, self._principal)
        elif model.scope.place:
            _check_place(row, self._principal)

    def targets(self, row: Any) -> None:
        """Every changed foreign key must point at a row the person can see."""
        own_scope = getattr(row, "scope", SHARED)
        for link in links_of(type(row)).values():
            # What belongs to a record is part of it: whoever adds to it changes it.
            access = Access.WRITE if link.name == own_scope.parent else Access.READ
            clause = self._criterion(link.target, access)
            if clause is None or not changed(row, link):
                continue
            target = related(row, link)
            if target is not None and target in self._new:
                continue  # checked as a row of its own
            key = key_after_flush(row, link)
            asked = link.target, access, key
            if key is None or asked in self._seen:
                continue
            known = select(link.target.id).where(link.target.id == key, clause)
            if self._session.scalar(known) is None:
                raise ScopeViolation(
                    "This entry does not exist or is not yours to use.", field=link.name
                )
            self._seen.add(asked)

    def _criterion(self, model: type[Any], access: Access) -> ColumnElement[bool] | None:
        asked = model, access
        if asked not in self._criteria:
            known = hasattr(model, "scope")
            self._criteria[asked] = criterion(model, self._principal, access) if known else None
        return self._criteria[asked]


def _check_owner(row: Any, principal: Principal) -> None:
    """Wherever a record goes, it stays within the reach of who moves it."""
    model, links = type(row), links_of(type(row))
    names = [model.scope.owner, model.scope.team, "region_id"]
    deciding = [links[name] for name in names if name in links]
    if inspect(row).persistent and not any(changed(row, link) for link in deciding):
        return
    owner, team, *regions = (key_after_flush(row, link) for link in deciding)
    if not holds(principal, model.__name__, owner, team, *regions):
        raise ScopeViolation("You may not give this record to that person.", field="owner")


def _check_place(row: Any, principal: Principal) -> None:
    """New rows and such that are carried elsewhere stay at places of the person."""
    scope, links = type(row).scope, links_of(type(row))
    if DataScope.ALL in principal.reaches(type(row).__name__):
        return
    places = principal.places.get(scope.place, ())
    for path in scope.at:
        if "." in path:
            continue  # the related row stands at a place itself: `_check_targets`
        place = key_after_flush(row, links[path]) if path in links else getattr(row, path)
        if place not in places and not (place is None and scope.open_nowhere):
            raise ScopeViolation("This entry does not exist or is not yours to use.", field=path)
