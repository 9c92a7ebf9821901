"""The product as a Flask application: a list of init steps, each in the layer it belongs to."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from app import garbage
from config import VERSION, Settings


class _Kehu(Flask):
    """Nothing of it is asynchronous: Flask would look at each function of a request for that."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


@garbage.none_expected()
def create_app(settings: Settings | None = None) -> Flask:
    """The whole application; settings come from the environment unless given."""
    # Tables name each other, and Flask-AppBuilder looks at them as soon as it is imported.
    from app import models  # noqa: F401
    from app.lowcode import boot
    from app.lowcode.routing import LateRule
    from app.lowcode.shell import Templates

    settings = settings or Settings.load()
    app = _Kehu(__name__, static_folder="static", template_folder="templates")
    app.url_rule_class = LateRule
    app.jinja_environment = Templates
    app.extensions["kehu_settings"] = settings
    app.config["VERSION"] = VERSION
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    for init in boot.STEPS:
        init(app, settings)

    from app import api, commands, jobs, reports, views

    views.register(app)
    api.register(app)
    reports.register()
    jobs.init(app, settings)
    commands.register(app)
    return app
