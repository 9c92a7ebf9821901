"""Actions: done once, on what was seen, and told with the record's name."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.entities.billing import Payment
from app.entities.customers import Customer
from app.entities.sales.order import SalesOrder
from app.rules.customers import Tier
from app.rules.orders import OrderState
from tests.callers import Caller, inside
from tests.forms import fields_of
from tests.trade import make_order, make_product, make_warehouse
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def customer(app: Flask) -> int:
    with inside(app) as session:
        session.add(row := Customer(name="示例公司"))
        session.flush()
        return row.id


@pytest.fixture
def order(app: Flask) -> int:
    """A confirmed order over 10.00 and what tax comes to it."""
    with inside(app) as session:
        warehouse = make_warehouse(session)
        product = make_product(session, warehouse, 5)
        row = make_order(session, warehouse, (product, 1))
        row.state = OrderState.CONFIRMED
        session.flush()
        return row.id


def button(person: Visitor, page: str, action: str) -> dict[str, str]:
    """What a button of a record page posts."""
    return fields_of(person.get(page).text, action)


def test_a_button_pressed_twice_acts_once_and_says_so_twice(
    app: Flask, visitor: Visitors, customer: int
) -> None:
    person = visitor("administrator", locale="en")
    action = "/customers/action/make_vip"
    fields = button(person, f"/customers/{customer}", action)
    answers = [person.post(action, **fields) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [f"/customers/{customer}"] * 2
    assert "示例公司 is VIP now." in person.get(f"/customers/{customer}").text
    with inside(app) as session:
        row = session.get_one(Customer, customer)
        assert (row.tier, row.version) == (Tier.VIP, 2)


@pytest.mark.parametrize("path", ["/customers/action/make_vip", "/customers/{}/delete"])
def test_nothing_is_done_to_what_somebody_else_changed_meanwhile(
    app: Flask, visitor: Visitors, customer: int, path: str
) -> None:
    person, page = visitor("administrator", locale="en"), f"/customers/{customer}"
    path = path.format(customer)
    fields = button(person, page, path)
    Caller(app, "administrator").patch(page.lstrip("/"), notes="read this first")
    answer = person.post(path, **fields)
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert "Somebody else changed this record in the meantime" in person.get(page).text
    with inside(app) as session:
        assert session.get_one(Customer, customer).tier is not Tier.VIP


def test_several_rows_are_counted(app: Flask, visitor: Visitors, customer: int) -> None:
    with inside(app) as session:
        session.add(other := Customer(name="Other"))
        session.flush()
        keys = [str(customer), str(other.id)]
    person = visitor("administrator", locale="en")
    form = {"csrf_token": person.token(), "rowid": keys}
    assert person.post_raw("/customers/action/make_vip", data=form).status_code == 302
    assert "Make VIP: 2 done." in person.get("/customers/").text


def test_a_dialog_is_named_like_its_action_and_pays_once(
    app: Flask, visitor: Visitors, order: int
) -> None:
    person, page = visitor("administrator", locale="en"), f"/sales-orders/{order}"
    action = "/sales-orders/action/register_payment"
    dialog = person.post(action, **button(person, page, action)).text
    save = dialog[dialog.index("data-save>") :]
    assert "Register payment" in save[: save.index("</button>")]
    form = fields_of(dialog, action) | {"amount": "1", "method": "cash"}
    assert [person.post(action, **form).status_code for _ in range(3)] == [302] * 3
    with inside(app) as session:
        assert session.scalar(select(func.count(Payment.id))) == 1
        label = repr(session.get_one(SalesOrder, order))
    assert f"The payment for {label} was registered." in person.get(page).text
    # The same dialog with something else in it.
    other = person.post(action, **form | {"amount": "2"})
    assert other.status_code == 422
    assert "already done with other values" in other.text
    assert fields_of(other.text, action)["amount"] == "2"
    assert person.post(action, **fields_of(other.text, action)).status_code == 302


def test_a_refused_dialog_keeps_what_was_typed(app: Flask, visitor: Visitors, order: int) -> None:
    person, page = visitor("administrator", locale="en"), f"/sales-orders/{order}"
    action = "/sales-orders/action/register_payment"
    dialog = person.post(action, **button(person, page, action)).text
    form = fields_of(dialog, action) | {"amount": "much", "reference": "R 1", "method": "cash"}
    refused = person.post(action, **form)
    again = fields_of(refused.text, action)
    assert (refused.status_code, again["amount"], again["reference"]) == (422, "much", "R 1")
    assert again["key"] == form["key"]
    assert person.post(action, **again | {"amount": "1"}).status_code == 302


# several rows of a list -----------------------------------------------------------
def ticked(person: Visitor, *keys: int) -> dict[str, list[str]]:
    """What a list posts with these rows ticked: everything else in its form along with them."""
    page = person.get("/customers/").text
    form = page[page.index("data-bulk") :]
    form = form[: form.index("</form>")]
    pairs = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    posted = {name: [text for other, text in pairs if other == name] for name, _text in pairs}
    return posted | {"rowid": [str(key) for key in keys]}


@pytest.fixture
def two(app: Flask, customer: int) -> tuple[int, int]:
    with inside(app) as session:
        session.add(other := Customer(name="Other"))
        session.flush()
        return customer, other.id


def test_ticked_rows_are_acted_upon_once(
    app: Flask, visitor: Visitors, two: tuple[int, int]
) -> None:
    person = visitor("administrator", locale="en")
    form = ticked(person, *two)
    answers = [person.post_raw("/customers/action/make_vip", data=form) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302] * 3
    with inside(app) as session:
        assert set(session.scalars(select(Customer.version))) == {2}
    # The same page with other rows ticked is something else: it is looked at again first.
    person.post_raw("/customers/action/make_vip", data=form | {"rowid": [str(two[0])]})
    assert "already done with other values" in person.get("/customers/").text
    fresh = ticked(person, *two)
    assert fresh["key"] != form["key"]


@pytest.mark.parametrize("path", ["action/make_vip", "delete"])
def test_nothing_is_done_to_ticked_rows_of_which_one_moved_on(
    app: Flask, visitor: Visitors, two: tuple[int, int], path: str
) -> None:
    person = visitor("administrator", locale="en")
    form = ticked(person, *two)
    Caller(app, "administrator").patch(f"customers/{two[1]}", notes="read this first")
    assert person.post_raw(f"/customers/{path}", data=form).status_code == 302
    told = person.get("/customers/").text
    assert "Nothing was done, since somebody else changed rows in the meantime: Other." in told
    with inside(app) as session:
        assert set(session.scalars(select(Customer.tier))) == {Tier.POTENTIAL}


def test_ticked_rows_are_deleted_once(app: Flask, visitor: Visitors, two: tuple[int, int]) -> None:
    person = visitor("administrator", locale="en")
    form = ticked(person, *two)
    answers = [person.post_raw("/customers/delete", data=form) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302] * 3
    with inside(app) as session:
        assert session.scalar(select(func.count(Customer.id))) == 0
    assert "2 records were deleted." in person.get("/customers/").text


def test_a_dialog_on_ticked_rows_keeps_what_was_seen(
    app: Flask, visitor: Visitors, two: tuple[int, int]
) -> None:
    person = visitor("administrator", locale="en")
    action = "/customers/action/hand_over"
    dialog = person.post_raw(action, data=ticked(person, *two)).text
    form = {
        name: re.findall(rf'name="{name}" value="([^"]*)"', dialog)
        for name in ("csrf_token", "rowid", "seen", "asked", "key", "state")
    }
    assert form["seen"] == [f"{key}:1" for key in two]
    Caller(app, "administrator").patch(f"customers/{two[0]}", notes="read this first")
    answer = person.post_raw(action, data=form | {"owner": str(person.user_id)})
    assert answer.status_code == 422
    assert "somebody else changed rows in the meantime: 示例公司." in answer.text
