"""What is sent twice happens once: double clicks, reloads, and programs that try again."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from app.entities.customers import Customer, Tag
from app.entities.system.once import IdempotencyKey
from app.entities.system.user import User
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.jobs import enqueue
from app.lowcode.principal import system
from tests.callers import Caller, inside
from tests.forms import fields_of
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
TIMES = 10
pytestmark = pytest.mark.usefixtures("database")


def count(app: Flask, model: Any, *conditions: Any) -> int:
    with inside(app) as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def at_once(requests: Sequence[Callable[[], TestResponse]]) -> list[TestResponse]:
    with ThreadPoolExecutor(len(requests)) as pool:
        return [future.result() for future in [pool.submit(request) for request in requests]]


def new_form(person: Visitor, address: str, **typed: str) -> dict[str, str]:
    """The form as it opens, filled in."""
    fields = fields_of(person.get(address).text, address)
    fields = {name: value for name, value in fields.items() if "__index__" not in name}
    return fields | typed


# forms ----------------------------------------------------------------------------
def test_ten_equal_posts_of_a_form_make_one_record_and_ten_equal_answers(
    app: Flask, visitor: Visitors
) -> None:
    person = visitor("administrator", locale="en")
    form = new_form(person, "/customers/new", name="示例公司")
    tabs = [person.other_tab() for _ in range(TIMES)]
    answers = at_once([partial(tab.post_raw, "/customers/new", data=form) for tab in tabs])
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert count(app, Customer) == 1
    page = person.get(answers[0].headers["Location"])
    assert "示例公司" in page.text


def test_a_form_that_was_saved_makes_another_record_on_purpose_alone(
    app: Flask, visitor: Visitors
) -> None:
    person = visitor("administrator", locale="en")
    form = new_form(person, "/customers/new", name="First <b>")
    saved = person.post("/customers/new", **form)
    assert saved.status_code == 302
    # Back in the browser, something else is typed and sent.
    again = person.post("/customers/new", **form | {"name": "Second", "notes": "kept"})
    assert again.status_code == 409
    assert "already saved as First &lt;b&gt;" in again.text
    assert saved.headers["Location"] in again.text
    assert count(app, Customer) == 1
    kept = fields_of(again.text, "/customers/new")
    assert (kept["name"], kept["notes"].strip()) == ("Second", "kept")
    kept = {name: value for name, value in kept.items() if "__index__" not in name}
    assert person.post("/customers/new", **kept).status_code == 302
    assert count(app, Customer) == 2


def test_a_refused_form_keeps_its_key(app: Flask, visitor: Visitors) -> None:
    person = visitor("administrator", locale="en")
    form = new_form(person, "/customers/new", name="")
    refused = person.post("/customers/new", **form)
    assert refused.status_code == 422
    assert fields_of(refused.text, "/customers/new")["key"] == form["key"]
    assert count(app, IdempotencyKey) == 0
    assert person.post("/customers/new", **form | {"name": "Now"}).status_code == 302
    assert count(app, Customer) == 1


def test_a_form_in_a_dialog_answers_the_same_record_again(app: Flask, visitor: Visitors) -> None:
    person = visitor("administrator", locale="en")
    address = "/tags/new?dialog=1"
    form = new_form(person, address, name="Fair", color="blue")
    first, second = (person.post(address, **form) for _ in range(2))
    assert first.json == second.json
    assert first.json["label"] == "Fair"
    assert count(app, Tag, Tag.name == "Fair") == 1


def test_a_key_counts_for_its_own_person(app: Flask, visitor: Visitors) -> None:
    ann, ben = visitor("administrator"), visitor("administrator")
    form = new_form(ann, "/customers/new", name="Of Ann")
    assert ann.post("/customers/new", **form).status_code == 302
    form.pop("csrf_token")
    assert ben.post("/customers/new", **form | {"name": "Of Ben"}).status_code == 302
    assert count(app, Customer) == 2


# API ------------------------------------------------------------------------------
def send(caller: Caller, path: str, key: str, **body: Any) -> TestResponse:
    return caller.call("POST", path, json=body, headers={"Idempotency-Key": key})


def test_ten_equal_calls_make_one_row_and_ten_equal_answers(app: Flask) -> None:
    caller = Caller(app, "administrator")
    clients = [app.test_client(use_cookies=False) for _ in range(TIMES)]
    call = {
        "json": {"name": "示例公司", "tier": "vip"},
        "headers": {**caller.headers, "Idempotency-Key": "order-4711"},
    }
    answers = at_once([partial(client.post, "/api/v1/customers", **call) for client in clients])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert count(app, Customer) == 1


def test_the_same_key_for_something_else_is_refused(app: Flask) -> None:
    caller = Caller(app, "administrator")
    first = send(caller, "customers", "k1", name="First")
    for path, body in (
        ("customers", {"name": "Second"}),
        ("contacts", {"name": "First"}),
        (f"customers/{first.json['id']}/actions/make_vip", {}),
    ):
        answer = send(caller, path, "k1", **body)
        assert answer.status_code == 409, path
        assert "幂等键" in answer.json["message"]
    assert count(app, Customer) == 1
    again = send(caller, "customers", "k1", name="First")
    assert (again.status_code, again.json) == (201, first.json)


def test_a_refused_call_gives_its_key_back(app: Flask) -> None:
    caller = Caller(app, "administrator")
    assert send(caller, "customers", "k", name="").status_code == 422
    assert send(caller, "customers", "k", name="Now").status_code == 201


@pytest.mark.parametrize("key", ["x" * 201, "a b", "é"])
def test_a_key_that_is_none_is_refused(app: Flask, key: str) -> None:
    caller = Caller(app, "administrator")
    assert send(caller, "customers", key, name="A").status_code == 400
    assert count(app, Customer) == 0


def test_an_action_with_a_key_acts_once(app: Flask) -> None:
    caller = Caller(app, "administrator")
    pk = caller.post("customers", name="A").json["id"]
    path = f"customers/{pk}/actions/make_vip"
    answers = [send(caller, path, "act") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert {answer.json["version"] for answer in answers} == {2}


def test_a_repetition_is_answered_only_while_the_right_is_held(app: Flask) -> None:
    caller = Caller(app, "sales")
    assert send(caller, "customers", "k", name="A").status_code == 201
    with inside(app) as session:
        session.get_one(User, caller.user_id).roles = []
    assert send(caller, "customers", "k", name="A").status_code in {401, 403}


# time -----------------------------------------------------------------------------
def test_old_keys_are_forgotten(app: Flask) -> None:
    caller = Caller(app, "administrator")
    for key in ("old", "young"):
        assert send(caller, "customers", key, name=key).status_code == 201
    with inside(app) as session:
        old = now_utc() - timedelta(hours=49)
        session.execute(
            update(IdempotencyKey).where(IdempotencyKey.key == "old").values(created_on=old)
        )
    with app.app_context(), system("test"):
        enqueue(db.session, "clean_up")
        db.session.commit()
    app.extensions["kehu_jobs"].run_pending()
    assert count(app, IdempotencyKey) == 1
