"""How often a page of a list asks the database: as often for many rows as for one, and seldom."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.extensions import db
from app.lowcode import registered
from app.lowcode.fields import resolve
from app.lowcode.fields.relations import TagsField
from app.lowcode.principal import system
from app.rules.views import columns_text
from tests.access.rows import Rows
from tests.factories import make_user
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
#: the session, the settings, the page, its tags, its count, and one more set of tags
MOST = 6


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("role", ["administrator", "sales_manager"])
def test_no_list_asks_more_often_the_more_it_shows(
    app: Flask, visitor: Visitors, role: str
) -> None:
    """Each with all the columns that may be chosen, as far as they are no tags."""
    person = visitor(role, locale="en")
    found: list[dict[str, int]] = []
    for side in ("one", "two"):
        with app.app_context(), system("test"):
            session = db.session()
            for turn in range(1 if side == "one" else 6):
                rows = Rows(session, f"{side}{turn}", make_user(session))
                for model in registered.screens(app):
                    rows.one(model)
            session.commit()
            pages = {
                view.resource: columns_text(tuple((path, None) for path in _plain(view)))
                for view in registered.screens(app).values()
            }
        asked = {}
        for resource, columns in pages.items():
            query = {"cols": columns, "size": 50}
            if person.get(f"/{resource}/", query_string=query).status_code == 403:
                continue
            with counted(app) as seen:
                person.get(f"/{resource}/", query_string=query)
            asked[resource] = len(seen)
        found.append(asked)
    assert len(found[0]) > 10
    assert found[0] == found[1]
    assert {name: count for name, count in found[1].items() if count > MOST} == {}


def _plain(view: Any) -> list[str]:
    with_tags = [
        path for path in view.list_columns if isinstance(resolve(view.model, path).field, TagsField)
    ]
    offered = view.seen.listable.offered
    return [
        path
        for path in offered
        if path in with_tags or not isinstance(resolve(view.model, path).field, TagsField)
    ]
