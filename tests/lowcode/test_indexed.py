"""Lists of large entities sort and filter by what an index finds, or say why they need none."""

from typing import Any

import pytest
from flask import Flask

from app.lowcode import registered
from app.lowcode.screens.indexed import is_indexed
from app.views import MENU

LARGE = [
    view
    for area in MENU
    for view in area.views
    if hasattr(view, "datamodel") and getattr(view.datamodel.obj, "is_large", False)
]


@pytest.fixture(params=LARGE, ids=lambda view: view.__name__)
def screen(request: pytest.FixtureRequest, app: Flask) -> Any:
    return registered.screens(app)[request.param.datamodel.obj]


def test_what_a_long_list_sorts_and_filters_by_has_an_index(screen: Any) -> None:
    paths = dict.fromkeys(
        [*screen.order_columns, *screen.filters, *getattr(screen.model, "sorted_by", ())]
    )
    if screen.base_order:
        paths[screen.base_order[0]] = None
    bare = {path for path in paths if not is_indexed(screen.model, path)}
    assert bare - set(screen.unindexed) == set()


def test_no_reason_stands_for_what_has_an_index(screen: Any) -> None:
    known = {*screen.list_columns, *screen.order_columns, *screen.filters}
    assert [path for path in screen.unindexed if is_indexed(screen.model, path)] == []
    assert set(screen.unindexed) <= known


def test_the_largest_tables_are_declared_large() -> None:
    names = {view.datamodel.obj.__name__ for view in LARGE}
    assert {"Customer", "Contact", "Deal", "SalesOrder", "Ticket", "AuditEntry"} <= names
