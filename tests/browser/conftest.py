"""The product on a port of this machine with demo data, and people in front of a real browser."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cheroot.wsgi import Server
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select

from app.entities.system.user import User
from app.extensions import db
from app.lowcode.principal import system
from app.lowcode.security.identity import forget_rights
from app.rules.access import ADMINISTRATOR
from seed import demo, reference
from tests.browser.person import Person, Watch
from tests.databases import SQLiteFile, build_app, dispose
from tests.factories import PASSWORD, make_user
from tests.start.visitor import OPTIONS, browser_path

#: whatever is not this machine has no address: a page that loads from elsewhere fails
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
DESK, PHONE = (1440, 900), (390, 844)


@pytest.fixture(scope="session")
def _company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, SQLiteFile]]:
    folder = tmp_path_factory.mktemp("browser")
    kept = SQLiteFile(folder)
    product = build_app(kept, folder / "var")
    with product.app_context(), system("tests"):
        reference.seed(db.session)
        demo.fill(db.session, lambda _line: None)
        someone = make_user(db.session, ADMINISTRATOR, username=ADMINISTRATOR, name="演示管理员")
        for user in db.session.scalars(select(User)):
            # The demo's own hashes take a while to check; these people are not to be protected.
            user.password = someone.password
        db.session.commit()
    dispose(product)
    kept.keep()
    yield product, kept
    kept.close()


@pytest.fixture(scope="session")
def _address(_company: tuple[Flask, SQLiteFile]) -> Iterator[str]:
    with served(_company[0]) as address:
        yield address


@contextmanager
def served(product: Flask) -> Iterator[str]:
    """The address of the product while it is served on a free port of this machine."""
    server = Server(("127.0.0.1", 0), product, numthreads=8)
    server.shutdown_timeout = 1
    server.prepare()
    serving = threading.Thread(target=server.serve)
    serving.start()
    yield f"http://127.0.0.1:{server.bind_addr[1]}"
    server.stop()
    serving.join()


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    path = browser_path()
    if path is None:
        missing = "the browser tests need Chromium"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*OPTIONS.split(), OFFLINE])
        yield browser
        browser.close()


@pytest.fixture
def app(_company: tuple[Flask, SQLiteFile]) -> Iterator[Flask]:
    """The product as it is served, with the demo data as they were at first."""
    product, kept = _company
    kept.restore()
    forget_rights()
    yield product
    dispose(product)


@pytest.fixture
def arrive(app: Flask, _address: str, _browser: Browser) -> Iterator[Callable[..., Person]]:
    """`arrive("sales", locale="en", size=PHONE)`: a person with a browser of their own, signed in.

    Without a role nobody is signed in. When the test ends, nothing may have gone wrong in any of
    their browsers: see `Watch`.
    """
    people: list[Person] = []

    def make(
        role: str | None = ADMINISTRATOR,
        *,
        locale: str = "zh",
        theme: str = "light",
        size: tuple[int, int] = DESK,
    ) -> Person:
        context = _browser.new_context(
            base_url=_address,
            viewport={"width": size[0], "height": size[1]},
            locale={"zh": "zh-CN"}.get(locale, "en-GB"),
            color_scheme="dark" if theme == "dark" else "light",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        person = Person(context, Watch(context, _address))
        people.append(person)
        if role is not None:
            username = role if role == ADMINISTRATOR else f"demo_{role}"
            _choose(app, username, locale=locale, theme=theme)
            person.sign_in_quickly(username, PASSWORD)
        return person

    yield make
    faults = [fault for person in people for fault in person.watch.faults]
    for person in people:
        person.context.close()
    assert faults == []


def _choose(app: Flask, username: str, **preferences: Any) -> None:
    with app.app_context(), system("test"):
        user = db.session.scalars(select(User).where(User.username == username)).one()
        for name, value in preferences.items():
            setattr(user, name, value)
        db.session.commit()


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], Path]:
    """`file("a.csv", text)` is a file to upload."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
