"""Denied access goes into the trail: once per person, address and target in ten minutes.

A refusal is noticed while the request runs and written when its answer stands: by then whatever
the request had begun is rolled back, and the line of the trail can be committed by itself.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from flask import Flask, Response, g, has_request_context, request

from app.extensions import db
from app.lowcode import principal
from app.lowcode.audit.trail import record_apart
from app.rules.audit import AuditAction
from app.rules.errors import DomainError

QUIET_SECONDS = 600
_MOST_KEPT = 10_000
_NOTICED = "kehu_refusal"


class Throttle:
    """Says of each key at most once in `seconds` that it is due; safe between threads."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._told: dict[object, float] = {}
        self._lock = Lock()

    def is_due(self, key: object, now: float) -> bool:
        """`now` in seconds on a clock that never goes back."""
        with self._lock:
            if key in self._told and now - self._told[key] < self._seconds:
                return False
            if len(self._told) >= _MOST_KEPT:
                self._told.clear()
            self._told[key] = now
            return True

    def forget(self) -> None:
        """Everything is due again."""
        with self._lock:
            self._told.clear()


throttle = Throttle(QUIET_SECONDS)


@contextmanager
def noticed() -> Iterator[None]:
    """A refusal raised inside stands in the trail once the request is over."""
    try:
        yield
    except DomainError as refusal:
        if has_request_context():
            setattr(g, _NOTICED, refusal.text)
        raise


def init(app: Flask) -> None:
    """Look at every answer: a 403, or a refusal noticed on the way, is written down."""

    @app.after_request
    def write_down(response: Response) -> Response:
        reason = g.pop(_NOTICED, None)
        actor = principal.current_or_none()
        if actor is None or (reason is None and response.status_code != 403):
            return response
        target = (request.method, request.endpoint)
        if throttle.is_due((actor.user_id, actor.address, target), time.monotonic()):
            db.session.rollback()
            told = {"request": [None, f"{request.method} {request.path}"[:200]]}
            if reason:
                told["reason"] = [None, reason]
            record_apart(AuditAction.DENIED, "", None, request.path, told)
        return response
