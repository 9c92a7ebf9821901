"""Who hears of background work that has ended, as the settings say."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.system.user import Role, User
from app.lowcode.fields.base import humanize
from app.lowcode.jobs.queue import Claim
from app.lowcode.notifications import msgid, notify
from app.lowcode.settings import get_setting
from app.rules.access import ADMINISTRATOR

#: the key of a job's result that holds the path to what came out
RESULT_URL = "url"


def announce_done(session: Session, claim: Claim, result: dict[str, Any] | None) -> None:
    """Tell the person who waits for it, with the way to what came out."""
    if get_setting("notify_job_done"):
        notify(
            session,
            [claim.created_by_id],
            "%(work)s: done.",
            (result or {}).get(RESULT_URL),
            kind="job",
            work=msgid(humanize(claim.kind)),
        )


def announce_dead(session: Session, claim: Claim, error: str) -> None:
    """Tell the person who started it, and the administrators, who may look into its log."""
    told = get_setting("notify_job_failed")
    if told == "nobody":
        return
    administrators = _administrators(session) if told == "creator_and_administrators" else set()
    groups = (({claim.created_by_id} - administrators, None), (administrators, f"/jobs/{claim.id}"))
    for people, url in groups:
        notify(
            session,
            people,
            "%(work)s failed: %(error)s",
            url,
            kind="job",
            work=msgid(humanize(claim.kind)),
            error=error,
        )


def _administrators(session: Session) -> set[int | None]:
    query = select(User.id).where(User.active, User.roles.any(Role.name == ADMINISTRATOR))
    return set(session.scalars(query))
