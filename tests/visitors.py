"""A person at a browser, without the browser: signed in, and every form carries its token."""

import re
from html import unescape
from http.cookies import SimpleCookie
from typing import Any

from flask import Flask, session
from sqlalchemy import event
from werkzeug.test import TestResponse

from app.entities.system.user import User
from app.extensions import db
from app.lowcode.principal import system
from app.lowcode.security import browser_session
from tests.factories import PASSWORD


class Visitor:
    """Sends what a browser sends; `user_id` is the person it is signed in as."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._client = app.test_client()
        self.user_id: int | None = None
        self._token: str | None = None

    def sign_in(self, username: str, user_id: int) -> None:
        """By the page, as people do."""
        answer = self.post("/login/", username=username, password=PASSWORD)
        assert answer.status_code == 302, answer.text
        self.user_id, self._token = user_id, None

    def begin_session(self, user_id: int) -> None:
        """The session that signing in begins: most tests are about what comes after."""
        with self._app.test_request_context(method="POST"), system("test"):
            browser_session.begin(db.session.get(User, user_id))
            db.session.commit()
            answer = self._app.response_class()
            self._app.session_interface.save_session(self._app, session, answer)  # type: ignore[arg-type]
        (cookie,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
        self._client.set_cookie(cookie.key, cookie.value)
        self.user_id, self._token = user_id, None
        self.token()  # the page behind it: whoever counts statements counts none of arriving

    def sign_out(self) -> None:
        assert self.post("/logout/").status_code == 302
        self.user_id = self._token = None

    def other_tab(self) -> "Visitor":
        """The same session once more, for requests at the same time."""
        tab = Visitor(self._app)
        tab._client._cookies = dict(self._client._cookies or {})
        tab.user_id = self.user_id
        return tab

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._client.get(path, **options)

    def whole(self, path: str) -> str:
        """A page and, behind it, the parts that it loads by itself."""
        page = self.get(path).text
        parts = re.findall(r'hx-get="([^"]+)" hx-trigger="load"', page)
        return "\n".join([page, *(self.get(unescape(part)).text for part in parts)])

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Post a form as it stands on the page; an edit form brings the version it shows."""
        if path.endswith("/edit") and "version" not in fields:
            shown = re.search(r'name="version" value="(\d+)"', self.get(path).text)
            fields |= {"version": shown[1]} if shown else {}
        return self._client.post(path, data={"csrf_token": self.token(), **fields})

    def post_raw(self, path: str, **options: Any) -> TestResponse:
        """Post exactly this, without a token unless it is given."""
        answer = self._client.post(path, **options)
        # The client writes what is large to a temporary file, and leaves it open.
        answer.request.environ["wsgi.input"].close()
        return answer

    def statements(self, path: str) -> list[str]:
        """What the database is asked for one page."""
        asked: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                asked.append(statement)

        with self._app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            assert self.get(path).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return asked

    def token(self) -> str:
        """The one of the first page: it is good as long as the session."""
        if self._token is None:
            page = self.get("/login/" if self.user_id is None else "/account/password")
            found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
            assert found is not None, page.text
            self._token = found[1]
        return self._token
