"""What of a column the acting person may see and write: the one place that decides it.

Every channel asks here: lists, records, forms, search, filters, charts, figures, papers, exports,
imports, the API, the timeline. Values that people give are marked by `by_hand`; `guard` refuses
the flush where one of them changes what they may not write, whichever door it came through. What
rules and services set in the same transaction (totals, numbers, states, stamps) is the product's
own work and is not asked about. Roles get their levels in `security.field_levels`.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from flask import abort
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from app.extensions import db
from app.lowcode import principal
from app.lowcode.fields import field_of, resolve
from app.lowcode.links import changed, links_of
from app.lowcode.naming import entity_named
from app.lowcode.principal import Principal
from app.rules.errors import DomainError
from app.rules.masking import FieldLevel, least, mask

NONE, MASKED, READ, WRITE = FieldLevel

_BY_HAND = "kehu_by_hand"
_known: WeakKeyDictionary[Principal, dict[tuple[type[Any], str], FieldLevel]] = WeakKeyDictionary()


class FieldRefused(DomainError):  # noqa: N818 - reads as what happened
    """A value was given for a column that the acting person may not write."""


# levels -------------------------------------------------------------------------
def is_limited() -> bool:
    """Is there any column that the acting person may not write?"""
    actor = principal.current_or_none()
    return actor is not None and not actor.sees_all and bool(actor.field_levels)


def level(model: type[Any], name: str) -> FieldLevel:
    """How far the acting person may go with a column, relationship or property of `model`.

    A computed one can be read no further than what it is computed from.
    """
    actor = principal.current_or_none()
    if actor is None or actor.sees_all or not actor.field_levels:
        return WRITE
    levels = _known.setdefault(actor, {})
    found = levels.get((model, name))
    if found is None:
        found = levels[model, name] = _level(actor, model, name)
    return found


def _level(actor: Principal, model: type[Any], name: str) -> FieldLevel:
    link = links_of(model).get(name)
    if link is not None:
        return level(model, link.name)
    own = actor.field_levels.get(model.__name__, {}).get(name, WRITE)
    below = [source for source in _sources(model, name) if source.rank < READ.rank]
    found = least(own, *below)
    # Without a mask of its own nothing of it can be shown.
    return NONE if found is MASKED and mask_of(model, name) is None else found


def _sources(model: type[Any], name: str) -> list[FieldLevel]:
    levels = []
    for source in getattr(model, "derived_from", {}).get(name, ()):
        entity, _dot, column = source.rpartition(".")
        levels.append(level(_entity(entity) if entity else model, column))
    return levels


def _entity(name: str) -> type[Any]:
    found = entity_named(name)
    if found is None:
        raise LookupError(f"there is no entity {name}")
    return found


@cache
def mask_of(model: type[Any], name: str) -> str | None:
    """The kind of mask a column declares as sensitive; None for all others.

    A property of a record takes the mask of the column it is computed from.
    """
    try:
        kind: str | None = field_of(model, name).info.get("mask")
    except LookupError:
        kind = "amount" if name in getattr(model, "derived_from", {}) else None
    return kind


def path_level(model: type[Any], path: str) -> FieldLevel:
    """The level at the end of a dotted path, no further than those of the relations on the way."""
    if "." not in path:
        return level(model, path)
    resolved = resolve(model, path)
    found = [level(hop.model, hop.name) for hop in resolved.hops]
    return least(level(resolved.field.model, resolved.field.name), *found)


def readable(model: type[Any], path: str) -> bool:
    """May the value itself be seen: shown, searched, compared, sorted by, summed?"""
    return path_level(model, path).rank >= READ.rank


def visible(model: type[Any], path: str) -> bool:
    """May it be shown, be it masked?"""
    return path_level(model, path) is not NONE


def writable(model: type[Any], name: str) -> bool:
    return level(model, name) is WRITE


def all_readable(columns: Iterable[str]) -> bool:
    """May each of these be seen? Written "Entity.column", for pages and papers of several."""
    pairs = (column.split(".", 1) for column in columns)
    return not is_limited() or all(readable(_entity(entity), name) for entity, name in pairs)


def require_readable(columns: Iterable[str]) -> None:
    """403 for a page that is made of columns which the acting person may not read."""
    if not all_readable(columns):
        abort(403)


def visible_paths(model: type[Any], paths: Iterable[str]) -> list[str]:
    return [path for path in paths if visible(model, path)]


def readable_paths(model: type[Any], paths: Iterable[str]) -> list[str]:
    return [path for path in paths if readable(model, path)]


# values -------------------------------------------------------------------------
def shown(model: type[Any], path: str, value: Any) -> Any:
    """`value` as far as the acting person may see it: itself, masked, or None."""
    if not is_limited():
        return value
    found = path_level(model, path)
    if found.rank >= READ.rank:
        return value
    if found is NONE:
        return None
    end = resolve(model, path).field if "." in path else None
    kind = mask_of(end.model, end.name) if end else mask_of(model, path)
    return mask(kind or "text", value)


def value_of(row: Any, name: str) -> Any:
    """The value of a row's column as far as the acting person may see it."""
    return None if row is None else shown(type(row), name, getattr(row, name))


def shown_changes(model: type[Any], changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """An audit entry's {column: [old, new]} without what is hidden, masked where it is masked."""
    if not is_limited():
        return dict(changes)
    kept = {name: pair for name, pair in changes.items() if visible(model, name)}
    return {name: [shown(model, name, value) for value in pair] for name, pair in kept.items()}


# writing ------------------------------------------------------------------------
def install() -> None:
    """Attach `guard` to the product's session factory; once per process."""
    if not event.contains(db.session.session_factory, "before_flush", guard):
        event.listen(db.session.session_factory, "before_flush", guard)


def by_hand(row: Any, names: Iterable[str]) -> None:
    """Mark columns whose value the acting person gives: `guard` checks them with the flush."""
    inspect(row).info.setdefault(_BY_HAND, set()).update(names)


def guard(session: Session, *_unused: Any) -> None:
    """`before_flush`: FieldRefused for a value given by hand that its giver may not write."""
    limited = is_limited()
    for row in (*session.new, *session.dirty):
        given = inspect(row).info.pop(_BY_HAND, ())
        for name in given if limited else ():
            if not writable(type(row), name) and _is_changed(session, row, name):
                raise FieldRefused(
                    "%(label)s: your role does not allow changing this.",
                    field=name,
                    label=field_of(type(row), name).label,
                )


def _is_changed(session: Session, row: Any, name: str) -> bool:
    if row in session.new:
        return getattr(row, name) not in (None, "", [])
    link = next((link for link in links_of(type(row)).values() if link.name == name), None)
    return changed(row, link) if link else inspect(row).attrs[name].history.has_changes()
