"""When a session or an API key was used last: noted now and then, once the answer is out."""

import logging
from functools import partial
from typing import Any

from flask import Response, g, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.security import browser_session, key_door

log = logging.getLogger(__name__)


def note_use(response: Response) -> Response:
    """`after_request`: nobody waits for it, and no transaction that only reads has to write."""
    if g.get("identity") is None:
        return response
    if g.get("_api_key_user"):
        note = key_door.noted(now_utc(), request.remote_addr or "")
    else:
        note = browser_session.prolonged(now_utc())
    if note is not None:
        response.call_on_close(partial(_write, db.engine, note))
    return response


def _write(engine: Any, note: Any) -> None:
    try:
        with Session(engine) as session:
            session.execute(note, execution_options={"synchronize_session": False})
            session.commit()
    except SQLAlchemyError:
        # The page has been served all the same; the next one tries again.
        log.warning("the use of a session or key could not be noted", exc_info=True)
