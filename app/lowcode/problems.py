"""What people see when something cannot be done: plain pages and JSON, never internals."""

import logging
import secrets
from typing import Any

from flask import Flask, current_app, jsonify, render_template, request
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from app.extensions import db
from app.lowcode import locale
from app.lowcode.fields.inputs import translated
from app.lowcode.principal import NoPrincipal
from app.rules.errors import DomainError
from config import Settings

log = logging.getLogger(__name__)


def wants_json() -> bool:
    return request.path.startswith("/api/") or (
        request.accept_mimetypes.best == "application/json" or request.is_json
    )


def answer(status: int, title: str, text: str, **extra: Any) -> Any:
    """The same refusal as a page or as JSON, whichever was asked for."""
    if wants_json():
        return jsonify({"message": text, **extra}), status
    words = {"title": title, "text": text, "status": status, "lang": str(get_locale())}
    if status < 500:
        return render_template("message.html", **words, **extra), status
    # Without context processors: one of them asks the database who is signed in.
    page = current_app.jinja_env.get_template("message.html")
    return page.render(**words, theme=locale.theme()), status


def init(app: Flask, _settings: Settings) -> None:
    titles = {
        400: (_l("Bad request"), _l("This request cannot be understood.")),
        401: (_l("Please sign in"), _l("Please sign in first.")),
        403: (_l("Not allowed"), _l("Your role does not allow this. Ask an administrator.")),
        404: (_l("Not found"), _l("There is nothing here, or it is not yours to see.")),
        405: (_l("Not possible"), _l("This address cannot be used in that way.")),
        413: (_l("Too large"), _l("The file or form is too large.")),
        415: (_l("Wrong format"), _l("This format is not accepted here.")),
        429: (_l("Too many tries"), _l("Too many tries. Please wait a little.")),
    }

    @app.errorhandler(HTTPException)
    def http_problem(error: HTTPException) -> Any:
        status = error.code or 500
        if status < 400 or status not in titles:
            return error
        if isinstance(error, SecurityError):
            return error  # an untrusted Host: no address can be built for a page's links
        title, text = titles[status]
        return answer(status, str(title), str(text))

    @app.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> Any:
        return answer(
            400, _("Page expired"), _("This page was open too long. Reload it and try again.")
        )

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> Any:
        db.session.rollback()
        return answer(409, _("Not possible"), translated(error), field=error.field)

    @app.errorhandler(StaleDataError)
    def stale(_error: StaleDataError) -> Any:
        db.session.rollback()
        text = _("Somebody else changed this record in the meantime. Reload and try again.")
        return answer(409, _("Changed in the meantime"), text)

    @app.errorhandler(IntegrityError)
    def conflict(_error: IntegrityError) -> Any:
        db.session.rollback()
        text = _("This would repeat or break something that already exists.")
        return answer(422, _("Not possible"), text)

    @app.errorhandler(OperationalError)
    def database_away(error: OperationalError) -> Any:
        log.error("database: %s", error.orig)
        db.session.rollback()
        # The company's own language stands in the database.
        with force_locale(locale.asked_for() or app.config["BABEL_DEFAULT_LOCALE"]):
            text = _("The database cannot be reached at the moment. Nothing was saved.")
            return answer(503, _("Database unavailable"), text)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Any:
        incident = secrets.token_hex(4)
        log.exception("incident %s", incident, exc_info=error)
        if app.testing and not isinstance(error, NoPrincipal):
            raise error
        db.session.rollback()
        with force_locale(locale.asked_for() or app.config["BABEL_DEFAULT_LOCALE"]):
            text = _("Something went wrong. Incident %(id)s was logged.", id=incident)
            return answer(500, _("Error"), text, incident=incident)
