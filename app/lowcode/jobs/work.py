"""Doing one job: on whose behalf, in which language, and what becomes of its outcome."""

import logging
import traceback
from contextlib import AbstractContextManager, ExitStack

from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app.entities.system.user import User
from app.extensions import db, reading
from app.lowcode import principal
from app.lowcode.fields.inputs import translated
from app.lowcode.jobs import queue
from app.lowcode.jobs.announce import announce_dead, announce_done
from app.lowcode.jobs.context import JobContext, JobStopped
from app.lowcode.jobs.queue import Claim, LeaseLost
from app.lowcode.jobs.registry import kind_of
from app.lowcode.security import principal_for
from app.lowcode.settings import get_setting
from app.rules.errors import DomainError

logger = logging.getLogger(__name__)


def work_on(app: Flask, context: JobContext) -> None:
    """Run the handler and note what came of it; what is raised is the database's trouble."""
    with app.app_context():
        try:
            _do(context)
        except LeaseLost:
            db.session.rollback()
            logger.info("job %s (%s) was taken away", context.job_id, context.claim.kind)


def _do(context: JobContext) -> None:
    claim = context.claim
    with ExitStack() as stack:
        try:
            with reading():
                stack.enter_context(force_locale(_language(claim)))
                stack.enter_context(_on_behalf(claim))
                # The handler begins its own transaction, when it first needs one.
                db.session.rollback()
            result = kind_of(claim.kind).handler(context)
            queue.finish(db.session, claim, result, **context.log_value())
            announce_done(db.session, claim, result)
            db.session.commit()
        except LeaseLost:
            raise
        except JobStopped:
            # The checkpoint has committed what was done.
            queue.release(db.session, claim)
            db.session.commit()
        except DomainError as error:
            # A refusal is an answer, and would be the same the next time.
            _fail(context, translated(error), for_good=True)
        except Exception as error:
            logger.exception("job %s (%s) failed", claim.id, claim.kind)
            # The message may hold values and SQL: it stands in the log, which administrators read.
            context.log(traceback.format_exc())
            text = _("Unexpected error (%(name)s).", name=type(error).__name__)
            _fail(context, text, for_good=False)


def _on_behalf(claim: Claim) -> AbstractContextManager[principal.Principal]:
    """Jobs run with the rights that their creator has now; those without one as the product.

    What a program's key has put in gets no more than the role of the key.
    """
    if claim.created_by_id is None:
        return principal.system(f"job {claim.kind}")
    role_id = claim.arguments.get(queue.ROLE)
    return principal.acting_as(principal_for(claim.created_by_id, role_id=role_id))


def _language(claim: Claim) -> str:
    query = select(User.locale).where(User.id == claim.created_by_id)
    return db.session.scalar(query) or get_setting("language")


def _fail(context: JobContext, error: str, *, for_good: bool) -> None:
    db.session.rollback()
    claim = context.claim
    with principal.system(f"job {claim.kind}"):
        is_dead = queue.fail(db.session, claim, error, for_good=for_good, **context.log_value())
        if is_dead:
            announce_dead(db.session, claim, error)
        db.session.commit()
