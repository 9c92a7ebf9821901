"""Whoever changes rights types the password once more, unless it was typed a moment ago.

A page left open at a desk, or a cookie somebody copied, is not enough to take the product over.
The request is answered with a question that carries everything typed; the answer to it is the
same request with the password beside it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, has_request_context, jsonify, render_template, request
from flask_babel import gettext as _
from sqlalchemy import event, inspect, update
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden

from app.entities.system.session import UserSession
from app.entities.system.user import ApiKey, User
from app.entities.types import now_utc
from app.extensions import SAFE_METHODS, db
from app.lowcode.fields.inputs import translated
from app.lowcode.principal import current_or_none
from app.lowcode.problems import wants_json
from app.lowcode.security import browser_session
from app.lowcode.security.authenticators import prove
from app.lowcode.security.throttle import TooManyAttempts
from app.rules.sessions import is_fresh

#: the field of the question
FIELD = "confirm_password"
#: never carried from page to page
_NOT_CARRIED = frozenset({FIELD, "csrf_token"})
_OWN_MATTERS = frozenset({"active", "roles", "username", "email"})


class ConfirmationNeeded(Forbidden):
    """The request waits for the password; `error` says what was wrong with the last answer."""

    def __init__(self, error: str | None = None) -> None:
        super().__init__("the password has to be confirmed first")
        self.error = error


def install() -> None:
    """Attach to the product's session factory, after the checks of who may change what."""
    factory = db.session.session_factory
    if not event.contains(factory, "before_flush", _before_flush):
        event.listen(factory, "before_flush", _before_flush)


def require_fresh_sign_in() -> None:
    """ConfirmationNeeded unless the person at the browser has just typed the password.

    Programs with a key and background work have nobody to ask: their rights alone decide.
    """
    key = browser_session.current_key() if has_request_context() else None
    if key is None or g.get("just_confirmed"):
        return
    if not is_fresh(g.identity.proof.confirmed_on, now_utc()):
        raise ConfirmationNeeded


def fresh_sign_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator of a route or an action that asks for the password before it changes anything."""

    @wraps(view)
    def guarded(*arguments: Any, **named: Any) -> Any:
        if request.method not in SAFE_METHODS:
            require_fresh_sign_in()
        return view(*arguments, **named)

    return guarded


def take_answer() -> None:
    """`before_request`: the question was answered; what it was about goes on."""
    key = browser_session.current_key()
    if key is None or request.method in SAFE_METHODS or FIELD not in request.form:
        return
    try:
        user_id = prove(g.user.username, request.form[FIELD])
    except TooManyAttempts as refusal:
        raise ConfirmationNeeded(translated(refusal)) from refusal
    if user_id != g.user.id:
        raise ConfirmationNeeded(_("This is not your present password."))
    db.session.execute(
        update(UserSession).where(UserSession.id == key).values(confirmed_on=now_utc()),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()
    g.just_confirmed = True


def ask(question: ConfirmationNeeded) -> Any:
    """The page with the question, or what a script is told."""
    db.session.rollback()
    if wants_json():
        text = _("Confirm your password first: sign out and in again, then repeat this.")
        return jsonify({"message": text}), 403
    carried = [pair for pair in request.form.items(multi=True) if pair[0] not in _NOT_CARRIED]
    page = render_template(
        "confirm.html", carried=carried, action_url=request.full_path, error=question.error
    )
    return page, 403


def _before_flush(session: Session, *_unused: Any) -> None:
    actor = current_or_none()
    if actor is None or actor.user_id is None:
        return
    changed = [row for row in session.dirty if session.is_modified(row)]
    if any(
        getattr(row, "needs_fresh_sign_in", False) and not _is_own_matter(row, actor.user_id)
        for row in (*session.new, *changed, *session.deleted)
    ):
        require_fresh_sign_in()


def _is_own_matter(row: Any, user_id: int) -> bool:
    """Profile and password (which asks for the old one) are everybody's own; ending a key, too."""
    if isinstance(row, ApiKey):
        return inspect(row).persistent
    if not isinstance(row, User) or row.id != user_id:
        return False
    history = (inspect(row).attrs[name].history for name in _OWN_MATTERS)
    return not any(change.has_changes() for change in history)
