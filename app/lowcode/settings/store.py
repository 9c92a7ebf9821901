"""Reading and writing settings: cached in the process, checked against the database per request."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, g, has_app_context
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.entities.system.setting import Setting
from app.extensions import db
from app.lowcode.settings.options import option_of

#: what tells one state of the table from every other; versions only grow
State = tuple[Any, ...]
_CACHE = "kehu_setting_cache"
#: the state that came with who asks, in the same statement
_ARRIVED = "kehu_setting_state"
_table = Setting.__table__
_STATE = (func.count(), func.sum(_table.c.version), func.max(_table.c.changed_on))


def get_setting(key: str) -> Any:
    """The present value of a declared setting (KeyError otherwise), or its default."""
    option = option_of(key)
    stored = _stored().get(key)
    return option.initial if stored is None else option.load(stored)


def settings_version() -> int:
    """Grows with every change of any setting: for the version check of the screen."""
    return int(_state(db.session)[1] or 0)


def set_settings(session: Session, values: Mapping[str, Any]) -> list[str]:
    """Read, check and keep `values`; the keys that really changed. The caller commits.

    InvalidInput names the key of a bad value in `field`. What is kept is seen after the commit.
    """
    wanted = {key: option_of(key).read(raw) for key, raw in values.items()}
    changed = [key for key, value in wanted.items() if get_setting(key) != value]
    rows = {
        row.key: row for row in session.scalars(select(Setting).where(Setting.key.in_(changed)))
    }
    for key in changed:
        text = option_of(key).dump(wanted[key])
        if key in rows:
            rows[key].value = text
        else:
            session.add(Setting(key=key, value=text))
    session.flush()
    return changed


def _stored() -> dict[str, str]:
    """Key → JSON of everything set. The version is asked at most once per context and commit.

    Not while this transaction has changed settings itself: what it wrote may yet be rolled back,
    and must not get into a cache that other requests read.
    """
    if _CACHE in g:
        return getattr(g, _CACHE)
    state = g.pop(_ARRIVED, None) or _state(db.session)
    known = current_app.extensions.get(_CACHE)
    if known is None or known[0] != state:
        rows = db.session.connection().execute(select(_table.c.key, _table.c.value))
        known = current_app.extensions[_CACHE] = (state, {row.key: row.value for row in rows})
    setattr(g, _CACHE, known[1])
    return known[1]


def state_columns() -> list[Any]:
    """What `note_state` is told, as columns of a statement about something else."""
    return [
        select(figure).select_from(_table).scalar_subquery().label(f"settings_{n}")
        for n, figure in enumerate(_STATE)
    ]


def note_state(row: Any) -> None:
    """A statement of this request has just told the state: nothing more is asked."""
    setattr(g, _ARRIVED, tuple(getattr(row, f"settings_{n}") for n in range(len(_STATE))))


def _state(session: Any) -> State:
    # On the connection: asked within flushes, and for nobody in particular.
    return tuple(session.connection().execute(select(*_STATE).select_from(_table)).one())


@event.listens_for(db.session.session_factory, "after_commit")
def _forget(_session: Session) -> None:
    """What was just kept is seen by the next reader."""
    if has_app_context():
        g.pop(_CACHE, None)
        g.pop(_ARRIVED, None)
