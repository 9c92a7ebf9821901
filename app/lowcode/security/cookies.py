"""The cookie that carries the number of a session, signed as Flask does it."""

from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface


class SessionCookies(SecureCookieSessionInterface):
    """Flask makes what signs them anew to read and to write each; here it is kept."""

    def __init__(self) -> None:
        self._signers: dict[tuple[Any, ...], Any] = {}

    def get_signing_serializer(self, app: Flask) -> Any:
        secrets = (app.secret_key, *app.config["SECRET_KEY_FALLBACKS"])
        if secrets not in self._signers:
            self._signers = {secrets: super().get_signing_serializer(app)}
        return self._signers[secrets]
