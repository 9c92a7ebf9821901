"""Papers are drawn inside a request: for its language, zone and reader."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from app.extensions import db
from app.lowcode.principal import system


@pytest.fixture
def desk(app: Flask) -> Iterator[Session]:
    """A session at which papers in English can be drawn, for a reader who sees everything."""
    with app.test_request_context(method="POST"), system("test"), force_locale("en"):
        yield db.session
