"""`/api/v1`: who may come in, what goes wrong, and one nested blueprint per screen."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify
from flask_babel import gettext as _
from sqlalchemy.exc import DataError

from app.extensions import csrf, db
from app.lowcode import principal
from app.lowcode.api.conditions import Outdated
from app.lowcode.api.document import describe
from app.lowcode.api.resource import EntityApi
from app.lowcode.fields.inputs import translated
from app.lowcode.problems import answer
from app.lowcode.screens.saving import FieldErrors
from app.rules.errors import InvalidInput

PREFIX = "/api/v1"


def build(screens: Iterable[Any]) -> Blueprint:
    """The whole API of these screens, to be registered on an application once."""
    apis = [EntityApi(view) for view in screens]
    root = Blueprint("api", __name__, url_prefix=PREFIX)
    root.before_request(_admit)
    root.after_request(_challenge)
    root.register_error_handler(InvalidInput, _unreadable)
    root.register_error_handler(DataError, _out_of_range)
    root.register_error_handler(OverflowError, _out_of_range)
    root.register_error_handler(FieldErrors, _refused_fields)
    root.register_error_handler(Outdated, _outdated)
    root.add_url_rule("/openapi.json", "openapi", lambda: _document(apis))
    for api in apis:
        root.register_blueprint(csrf.exempt(api.blueprint()))
    return root


def _document(apis: list[EntityApi]) -> Response:
    config = current_app.config
    return jsonify(describe(apis, config["VERSION"], config["SESSION_COOKIE_NAME"]))


def _admit() -> Any:
    """Nobody gets in unknown; a browser's session must prove that its own page is asking."""
    if principal.current().user_id is None:
        return answer(401, _("Please sign in"), _("Please sign in first."))
    if not g.get("_api_key_user"):
        csrf.protect()
    return None


def _challenge(response: Response) -> Response:
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _unreadable(error: InvalidInput) -> Any:
    db.session.rollback()
    return answer(400, _("Bad request"), translated(error))


def _out_of_range(_error: Exception) -> Any:
    """A number that no column can hold, found out by the database."""
    db.session.rollback()
    return answer(400, _("Bad request"), _("A value is too large or of the wrong kind."))


def _refused_fields(error: FieldErrors) -> Any:
    db.session.rollback()
    return answer(422, _("Not possible"), translated(error), errors=error.errors)


def _outdated(error: Outdated) -> Any:
    db.session.rollback()
    return answer(412, _("Changed in the meantime"), translated(error))
