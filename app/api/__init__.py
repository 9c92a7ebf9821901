"""The REST API: every screen of the menu under `/api/v1`."""

from flask import Flask

from app.lowcode import api, registered


def register(app: Flask) -> None:
    """Give each registered screen its resource; after the screens themselves."""
    app.register_blueprint(api.build(registered.screens(app).values()))
