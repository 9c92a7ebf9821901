"""Sign-in, rights and what keeps them consistent: who a request acts for and what that one may."""

from typing import Any

from flask import Flask, g

# Flask-AppBuilder looks at every table as soon as its security manager is imported.
from app import models  # noqa: F401
from app.lowcode.access import epoch
from app.lowcode.locale import LocaleManager
from app.lowcode.security import browser_session, fresh, guard, resuming
from app.lowcode.security.cookies import SessionCookies
from app.lowcode.security.identity import InactiveAccount, principal_for
from app.lowcode.security.manager import SecurityManager
from app.lowcode.security.permissions import sync_permissions
from app.lowcode.security.sign_in import must_change_password, sign_in_again
from app.lowcode.security.use import note_use

__all__ = [
    "InactiveAccount",
    "LocaleManager",
    "SecurityManager",
    "init_security",
    "principal_for",
    "sync_permissions",
]


def init_security(app: Flask) -> None:
    """After AppBuilder, whose hook says who acts."""
    app.session_interface = SessionCookies()
    guard.install()
    epoch.install()
    browser_session.install()
    fresh.install()
    resuming.install(app)
    hooks = app.before_request_funcs[None]
    who = app.appbuilder.sm.before_request  # type: ignore[attr-defined]
    hooks.remove(who)
    # Before all other hooks: the refusal of a forged request is a page that shows who is there.
    hooks.insert(0, who)
    hooks.insert(1, must_change_password)
    hooks.insert(2, sign_in_again)
    # After the check against forgery: nobody else's page may use up the tries of a password.
    hooks.append(fresh.take_answer)
    app.register_error_handler(fresh.ConfirmationNeeded, fresh.ask)
    app.after_request(note_use)

    @app.teardown_request
    def release(_error: Any) -> None:
        held = g.pop("principal_held", None)
        if held is not None:
            held.__exit__(None, None, None)
