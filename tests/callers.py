"""A program at the API: it acts for a person by that person's key, without cookies."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.extensions import db
from app.lowcode.principal import system
from app.services.system.accounts import create_api_key
from tests.factories import make_user


@contextmanager
def inside(app: Flask) -> Iterator[Session]:
    """A session that sees all rows, to prepare or look at them between requests; committed."""
    with app.app_context(), system("test"):
        yield db.session
        db.session.commit()


class Caller:
    """`Caller(app, "sales")` calls for a new person of that role, `user_id`."""

    def __init__(self, app: Flask, *roles: str, **values: Any) -> None:
        with inside(app) as session:
            # A key acts in a role; one without any right is made where none is named.
            user = make_user(session, *(roles or ("nobody",)), **values)
            self.user_id: int = user.id
            key = create_api_key(session, user, "test", user.roles[0])
        self._client = app.test_client(use_cookies=False)
        self.headers = {"Authorization": f"Bearer {key}"}

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """`path`: below `/api/v1/`, or from the root with a leading slash."""
        path = path if path.startswith("/") else f"/api/v1/{path}"
        headers = self.headers | options.pop("headers", {})
        return self._client.open(path, method=method, headers=headers, **options)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.call("GET", path, query_string=query)

    def post(self, path: str, **body: Any) -> TestResponse:
        return self.call("POST", path, json=body)

    def patch(self, path: str, **body: Any) -> TestResponse:
        return self.call("PATCH", path, json=body)

    def delete(self, path: str) -> TestResponse:
        return self.call("DELETE", path)
