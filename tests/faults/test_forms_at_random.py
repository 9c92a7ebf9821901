"""Whatever is posted to a form or the API, the answer is a page or a refusal, never a breakdown."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.lowcode import registered
from tests.callers import Caller
from tests.faults.test_query_strings import VALUES
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("database")

COUNT = 1000
ANSWERS = {200, 201, 302, 303, 400, 403, 404, 405, 409, 413, 422}
_OTHERS = ["lines-0-product", "lines-x-id", "version", "key", "__class__"]
_CALLS = [("POST", ""), ("PATCH", "/1"), ("PUT", "/1"), ("DELETE", "/2")]
_JSON = [None, True, 0, -1, 1e400, 10**30, 0.005, [], {}, [[]], {"id": 1}, [1, "a"], "name"]


def forms(app: Flask) -> list[Any]:
    screens = registered.screens(app).values()
    return sorted((s for s in screens if s.form), key=lambda screen: screen.resource)


def test_a_thousand_forms_break_nothing(app: Flask, visitor: Callable[..., Visitor]) -> None:
    chance = random.Random(20261122)  # noqa: S311 - no secret
    admin = visitor("administrator", locale="en")
    token, screens, broken = admin.token(), forms(app), []
    for _ in range(COUNT):
        screen = chance.choice(screens)
        names = [*screen.form_columns, *_OTHERS]
        fields = {chance.choice(names): chance.choice(VALUES) for _ in range(chance.randint(1, 6))}
        path = f"/{screen.resource}/{chance.choice(['add', '1/edit', 'action/x', '2/delete'])}"
        answer = admin.post_raw(path, data={"csrf_token": token, **fields})
        if answer.status_code not in ANSWERS:
            broken.append((path, fields, answer.status_code))
    assert not broken


def test_a_thousand_bodies_break_nothing(app: Flask) -> None:
    chance = random.Random(20261123)  # noqa: S311 - no secret
    admin = Caller(app, "administrator", locale="en")
    screens, broken = forms(app), []
    for _ in range(COUNT):
        screen = chance.choice(screens)
        names = [*screen.form_columns, "id", "version", "owner", "__class__"]
        values = [*VALUES, *_JSON]
        body = {chance.choice(names): chance.choice(values) for _ in range(chance.randint(0, 6))}
        method, key = chance.choice(_CALLS)
        answer = admin.call(method, f"{screen.resource}{key}", json=chance.choice([body, [body]]))
        if answer.status_code not in ANSWERS | {204}:
            broken.append((method, screen.resource, body, answer.status_code))
    assert not broken
