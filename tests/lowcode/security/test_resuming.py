"""A session that ends in the middle of typing loses nothing, and gives nothing to anybody else."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.entities.customers import Customer
from app.entities.system.user import User
from tests.callers import inside
from tests.factories import PASSWORD
from tests.forms import fields_of
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


def name_of(app: Flask, person: Visitor) -> str:
    with inside(app) as session:
        return str(session.get_one(User, person.user_id).username)


def customers(app: Flask) -> int:
    with inside(app) as session:
        return session.scalar(select(func.count(Customer.id))) or 0


def filled_in(person: Visitor, address: str = "/customers/new", **typed: str) -> dict[str, Any]:
    fields = fields_of(person.get(address).text, address) | typed
    return {name: value for name, value in fields.items() if "__index__" not in name}


def send_without_session(app: Flask, address: str, form: dict[str, Any]) -> tuple[Visitor, str]:
    """The browser after the session has ended, and the page it gets for the form."""
    browser = Visitor(app)
    answer = browser.post_raw(address, data=form)
    assert answer.status_code == 401
    return browser, answer.text


def sign_in(browser: Visitor, page: str, username: str, password: str = PASSWORD) -> Any:
    form = fields_of(page, "/login/") | {"username": username, "password": password}
    return browser.post_raw("/login/", data=form)


@pytest.mark.parametrize("wrong_first", [False, True])
def test_after_signing_in_again_the_form_is_there_with_all_that_was_typed(
    app: Flask, visitor: Visitors, wrong_first: bool
) -> None:
    person = visitor("administrator", locale="en")
    form = filled_in(person, name="Typed <b>", notes="two\nlines")
    browser, page = send_without_session(app, "/customers/new", form)
    assert 'class="notice info"' in page
    username = name_of(app, person)
    if wrong_first:
        page = sign_in(browser, page, username, "wrong").text
    back = sign_in(browser, page, username)
    again = browser.post_raw("/customers/new", data=fields_of(back.text, "/customers/new"))
    assert again.status_code == 200
    assert customers(app) == 0
    shown = fields_of(again.text, "/customers/new")
    assert (shown["name"], shown["notes"].strip()) == (
        "Typed <b>",
        "two\r\nlines".replace("\r", ""),
    )
    assert (shown["key"], "resumed" in shown) == (form["key"], False)
    saved = browser.post_raw("/customers/new", data=shown)
    assert saved.status_code == 302
    assert customers(app) == 1


def test_an_edit_is_still_compared_with_what_was_saved_meanwhile(
    app: Flask, visitor: Visitors
) -> None:
    person, other = visitor("administrator"), visitor("administrator")
    with inside(app) as session:
        session.add(customer := Customer(name="示例公司"))
        session.flush()
        address = f"/customers/{customer.id}/edit"
    form = filled_in(person, address, notes="mine")
    other.post(address, **filled_in(other, address, notes="theirs"))
    browser, page = send_without_session(app, address, form)
    back = sign_in(browser, page, name_of(app, person))
    again = browser.post_raw(address, data=fields_of(back.text, address))
    assert again.status_code == 200
    assert browser.post_raw(address, data=fields_of(again.text, address)).status_code == 409


def test_somebody_else_who_signs_in_sees_nothing_of_it(app: Flask, visitor: Visitors) -> None:
    ann, ben = visitor("administrator"), visitor("administrator")
    form = filled_in(ann, name="Secret of Ann")
    browser, page = send_without_session(app, "/customers/new", form)
    answer = sign_in(browser, page, name_of(app, ben))
    assert (answer.status_code, "Secret" in answer.text) == (302, False)


def test_nobody_elses_page_gets_anything_kept(app: Flask, visitor: Visitors) -> None:
    person = visitor("administrator")
    form = filled_in(person, name="Planted")
    for whose in (None, "", "1", form["whose"][:-1] + "x"):
        planted = {n: v for n, v in form.items() if n != "whose"}
        planted |= {} if whose is None else {"whose": whose}
        answer = Visitor(app).post_raw("/customers/new", data=planted)
        assert (answer.status_code, "Planted" in answer.text) == (400, False)
    assert 'name="kept"' not in Visitor(app).get("/login/").text
    browser = Visitor(app)
    page = browser.get("/login/").text
    sealed = fields_of(page, "/login/") | {"kept": form["whose"]}
    sealed |= {"username": name_of(app, person), "password": PASSWORD}
    assert browser.post_raw("/login/", data=sealed).status_code == 302


def test_passwords_are_not_written_into_a_page(app: Flask, visitor: Visitors) -> None:
    person = visitor("administrator")
    form = filled_in(person, name="A") | {"new_password": "do not keep this"}
    browser, page = send_without_session(app, "/customers/new", form)
    assert "do not keep" not in sign_in(browser, page, name_of(app, person)).text
