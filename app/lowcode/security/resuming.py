"""What was typed outlives the session: it waits in the sign-in page, for the same person alone.

Every form carries the sealed key of the person it was shown to. That says whose it is when the
session has ended, and nobody else's page can make one up.
"""

from typing import Any

from flask import Flask, current_app, g, render_template, request
from itsdangerous import BadSignature, URLSafeSerializer

from app.lowcode.principal import current

#: what belongs to the old session, and what is never written into a page
_NOT_KEPT = frozenset({"csrf_token", "whose", "resumed"})


def install(app: Flask) -> None:
    app.jinja_env.globals["whose"] = seal_of


def seal_of(user_id: int | None = None) -> str:
    """The hidden value of a form for the acting person, or for this one."""
    return _seal("form-owner").dumps(user_id or current().user_id)


def kept_form() -> str | None:
    """This request's form, sealed, where it is one of ours and its session has ended."""
    if request.method != "POST" or current().user_id is not None:
        return None
    # A script says so itself, and its page stays open with everything in it.
    if "X-CSRFToken" in request.headers:
        return None
    owner = _open("form-owner", request.form.get("whose", ""))
    if owner is None:
        return None
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _NOT_KEPT and not name.endswith("password")
    ]
    address = request.full_path if request.query_string else request.path
    return _seal("kept-form").dumps([owner, address, fields])


def resumed(kept: str, user_id: int) -> str | None:
    """The page that leads back to the form; None unless it was this person's."""
    owner, address, fields = _open("kept-form", kept) or (None, "", [])
    if owner != user_id:
        return None
    # The token made for this request belongs to the session before the sign-in.
    g.pop("csrf_token", None)
    fields = [*fields, ("whose", seal_of(user_id)), ("resumed", "1")]
    return render_template("resume.html", action_url=address, fields=fields)


def _seal(purpose: str) -> URLSafeSerializer:
    config = current_app.config
    keys = [*reversed(config["SECRET_KEY_FALLBACKS"]), config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt=purpose)


def _open(purpose: str, text: str) -> Any:
    try:
        return _seal(purpose).loads(text)
    except BadSignature:
        return None
