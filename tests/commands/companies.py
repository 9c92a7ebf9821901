"""Whole companies' files, brought in once for all tests of a module, and their figures read."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.base import Entity
from app.entities.system.audit import AuditEntry
from app.entities.system.user import User
from seed.reference import seed
from tests.callers import inside
from tests.databases import dispose
from tests.factories import make_user
from tests.visitors import Visitor

DATA = Path(__file__).parents[2].parent / "shared" / "data"


class Company:
    """The product with the files of one company in it; tests read it and change nothing."""

    def __init__(self, app: Flask, name: str) -> None:
        self.app, self.name = app, name
        self.files = DATA / name
        self.first = self.bring_in()

    def bring_in(self, *options: str) -> Result:
        return self.run("import", self.name, str(self.files), *options)

    def run(self, *words: str) -> Result:
        return self.app.test_cli_runner().invoke(args=list(words))

    def count(self, *words: str) -> str:
        """The figure that `kehu count` prints."""
        result = self.run("count", *words)
        assert result.exit_code == 0, result.output
        return result.output.splitlines()[-1]

    def state(self) -> list[object]:
        """Every version and change of the product's rows, and the length of the trail."""
        with inside(self.app) as session:
            return [*self._versions(session), session.scalar(select(func.count(AuditEntry.id)))]

    @staticmethod
    def _versions(session: Session) -> Iterator[object]:
        mappers = sorted(Entity.registry.mappers, key=lambda mapper: mapper.class_.__name__)
        for model in (mapper.class_ for mapper in mappers):
            if (issubclass(model, Entity) or model is User) and hasattr(model, "version"):
                columns = (model.id, model.version, model.changed_on)
                rows = session.execute(select(*columns).order_by(model.id))
                yield model.__name__, [tuple(row) for row in rows]


def company(request: pytest.FixtureRequest, name: str, database: str) -> Iterator[Company]:
    """A company's files on one of the databases; skipped where the files are not here."""
    if not (DATA / name).is_dir():
        pytest.skip(f"{DATA / name} is not here")
    app, kept = request.getfixturevalue(f"_{database}")
    kept.restore()
    with inside(app) as session:
        seed(session)
    yield Company(app, name)
    dispose(app)


def read_page(person: Visitor, path: str) -> str:
    """What a person reads on a page."""
    answer = person.get(path)
    assert answer.status_code == 200, path
    bare = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", answer.text)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


def signed_in(app: Flask, role: str) -> Visitor:
    """A new person of a role, who reads English."""
    with inside(app) as session:
        user = make_user(session, role, locale="en")
        name, key = user.username, user.id
    visitor = Visitor(app)
    visitor.sign_in(name, key)
    return visitor
