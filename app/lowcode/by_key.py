"""New rows that name stored ones are flushed by their keys alone.

By object each relation is an order of two tables for the unit of work to find out, and it looks
through the rows of both. What is stored already has its place: its key says all.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import event
from sqlalchemy.orm import LoaderCallableStatus, Session, UOWTransaction, configure_mappers
from sqlalchemy.orm.attributes import instance_dict, instance_state, set_committed_value

from app.extensions import db
from app.lowcode.links import links_of

_APART = "kehu_by_key"
_NAMED = "kehu_named"


def install() -> None:
    """Attach to the product's session factory, around all that looks at rows before and after."""
    _look_at_what_was_touched()
    factory = db.session.session_factory
    if event.contains(factory, "before_flush", _take_apart):
        return
    event.listen(factory, "before_flush", _take_apart)
    event.listen(factory, "after_flush", _put_together, insert=True)
    event.listen(factory, "after_soft_rollback", _forget)


def _look_at_what_was_touched() -> None:
    """With each flush the unit of work would go through all relations of each entity in it."""
    configure_mappers()
    for mapper in Model.registry.mappers:
        # Keys are numbers that nobody changes.
        mapper._dependency_processors.clear()
        for relationship in mapper.relationships:
            processor: Any = relationship._dependency_processor
            if processor and "per_property_preprocessors" not in vars(processor):
                usual = processor.per_property_preprocessors
                look = partial(_look_at, relationship.key, usual)
                processor.per_property_preprocessors = look


def _look_at(name: str, usual: Callable[[Any], None], work: UOWTransaction) -> None:
    if _NAMED not in work.attributes:
        work.attributes[_NAMED] = _named_by_new_rows(work.session)
    named = work.attributes[_NAMED]
    if named is None or name in named:
        usual(work)


def _named_by_new_rows(session: Session) -> set[str] | None:
    """The attributes that are all there is to look at; None where also stored rows change."""
    if session.dirty or session.deleted:
        return None
    named: set[str] = set()
    for row in session.new:
        named.update(instance_dict(row), instance_state(row)._pending_mutations)
    return named


def _take_apart(session: Session, *_unused: Any) -> None:
    apart = session.info[_APART] = []
    if session.deleted:
        return  # one of them may be named
    for row in session.new:
        held = instance_dict(row)
        for key, link in links_of(type(row)).items():
            target = held.get(link.name)
            if target is None or _named_another(row, link.name):
                continue
            if (state := instance_state(target)).persistent:
                setattr(row, key, state.identity[0])
                apart.append((row, link.name, held.pop(link.name)))


def _named_another(row: Any, name: str) -> bool:
    """Then it would look as if the row named nothing any more."""
    before = instance_state(row).committed_state.get(name, LoaderCallableStatus.NO_VALUE)
    return before not in (None, LoaderCallableStatus.NO_VALUE)


def _put_together(session: Session, *_unused: Any) -> None:
    for row, name, target in session.info.pop(_APART, ()):
        set_committed_value(row, name, target)


def _forget(session: Session, *_unused: Any) -> None:
    """A flush that failed: the rows are as they were before it."""
    for row, name, target in session.info.pop(_APART, ()):
        instance_dict(row)[name] = target
