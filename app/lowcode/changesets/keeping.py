"""How long change sets can be undone: their old values go when their time is over."""

from datetime import timedelta

from flask_babel import lazy_gettext
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.entities.system.changes import ChangeBlock
from app.entities.types import now_utc
from app.lowcode.settings import Option, declare, get_setting

declare(
    Option(
        "undo_keep_days",
        "limits",
        lazy_gettext("Days that imports, bulk edits and merges can be undone"),
        default=30,
        kind="number",
        required=True,
        low=1,
        high=3650,
        help=lazy_gettext("The old values are kept for so long; the audit trail keeps its own."),
    )
)


def forget_old(session: Session) -> int:
    """Delete what is kept for undoing past its time; the sets stay and say what was done.
    Returns how many blocks went."""
    oldest = now_utc() - timedelta(days=get_setting("undo_keep_days"))
    old = delete(ChangeBlock).where(ChangeBlock.created_on < oldest)
    gone: int = session.execute(old.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
    return gone
