"""Cells of a list that are changed in their place, by the rules of the form."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask

from app.entities.customers import Customer
from app.entities.sales.order import SalesOrder
from app.rules.customers import Tier
from app.rules.orders import OrderState
from tests.callers import inside
from tests.trade import make_order, make_product, make_warehouse
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def key(app: Flask) -> int:
    with inside(app) as session:
        session.add(row := Customer(name="示例公司", tier=Tier.ORDINARY, phone="13800138000"))
        session.flush()
        return row.id


def opened(person: Visitor, address: str) -> dict[str, str]:
    """What the form of a cell holds beside its own input."""
    answer = person.get(address)
    assert answer.status_code == 200, answer.text
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.json["form"])
    return {name: unescape(value) for name, value in hidden if name != "csrf_token"}


def editable(page: str) -> set[str]:
    """The columns of a list whose cells can be changed."""
    return set(re.findall(r'data-edit="([\w.]+)"', page))


def change(person: Visitor, address: str, **typed: str) -> Any:
    return person.post(address, **opened(person, address) | typed)


def of(app: Flask, key: int, *names: str) -> tuple[Any, ...]:
    with inside(app) as session:
        row = session.get_one(Customer, key)
        return tuple(getattr(row, name) for name in names)


def test_a_saved_cell_answers_with_the_row_as_the_list_shows_it(
    app: Flask, visitor: Visitors, key: int
) -> None:
    person = visitor("administrator", locale="en")
    page = person.get("/customers/").text
    assert editable(page) > {"name", "tier"}
    answer = change(person, f"/customers/{key}/cell/tier", tier="vip")
    assert answer.status_code == 200
    assert answer.json["seen"] == f"{key}:2"
    assert answer.json["row"].startswith("<tr")
    assert "VIP" in answer.json["row"]
    assert of(app, key, "tier", "version") == (Tier.VIP, 2)


def test_what_the_form_refuses_is_refused_in_the_cell_and_stays_typed(
    app: Flask, visitor: Visitors, key: int
) -> None:
    person = visitor("administrator", locale="en")
    answer = change(person, f"/customers/{key}/cell/credit_limit", credit_limit="a lot")
    assert answer.status_code == 422
    assert 'value="a lot"' in answer.json["form"]
    assert "invalid-feedback" in answer.json["form"]
    assert change(person, f"/customers/{key}/cell/name", name="").status_code == 422
    assert of(app, key, "name", "version") == ("示例公司", 1)


def test_doubts_are_confirmed_in_the_cell(app: Flask, visitor: Visitors, key: int) -> None:
    saved_before = Customer(name="另一家公司", phone="13911112222")
    with inside(app) as session:
        session.add(saved_before)
    person = visitor("administrator", locale="en")
    address = f"/customers/{key}/cell/phone"
    answer = change(person, address, phone="139 1111 2222")
    assert (answer.status_code, 'name="confirm"' in answer.json["form"]) == (422, True)
    assert change(person, address, phone="139 1111 2222", confirm="1").status_code == 200
    assert of(app, key, "phone") == ("13911112222",)


def test_two_people_in_one_cell_are_told_and_nothing_typed_is_lost(
    app: Flask, visitor: Visitors, key: int
) -> None:
    ann, ben = (visitor("administrator", locale="en", name=name) for name in ("Ann", "Ben"))
    address = f"/customers/{key}/cell/name"
    form = opened(ben, address)
    assert change(ann, address, name="安的公司").status_code == 200
    answer = ben.post(address, **form, name="本的公司")
    assert answer.status_code == 409
    page = unescape(answer.json["form"])
    assert 'value="本的公司"' in page
    assert "Ann saved this on" in page
    assert "it is now: 安的公司." in page
    assert of(app, key, "name") == ("安的公司",)
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    again["base"] = '{"fields": {"name": ["安的公司"]}, "lines": {}}'
    del again["csrf_token"]
    assert ben.post(address, **again, name="本的公司").status_code == 200
    assert of(app, key, "name") == ("本的公司",)


def test_a_change_of_another_field_is_no_conflict(app: Flask, visitor: Visitors, key: int) -> None:
    ann, ben = (visitor("administrator", locale="en") for _ in range(2))
    form = opened(ben, f"/customers/{key}/cell/name")
    assert change(ann, f"/customers/{key}/cell/tier", tier="vip").status_code == 200
    assert ben.post(f"/customers/{key}/cell/name", **form, name="本的公司").status_code == 200
    assert of(app, key, "name", "tier") == ("本的公司", Tier.VIP)


def test_a_field_of_other_records_is_not_asked_for(app: Flask, visitor: Visitors, key: int) -> None:
    person = visitor("administrator", locale="en")
    assert change(person, f"/customers/{key}/cell/kind", kind="individual").status_code == 200
    answer = person.get(f"/customers/{key}/cell/tax_number")
    assert answer.status_code == 409
    assert "does not apply to this record" in answer.json["message"]


def test_rights_of_screen_row_and_field_hold(app: Flask, visitor: Visitors, key: int) -> None:
    address = f"/customers/{key}/cell/"
    assert visitor("finance").get(f"{address}name").status_code in {403, 404}
    stranger = visitor("sales")
    assert stranger.get(f"{address}name").status_code == 404  # a row that is not theirs
    with inside(app) as session:
        session.get_one(Customer, key).owner_id = stranger.user_id
    assert stranger.get(f"{address}name").status_code == 200
    # Sales people read the credit limit and do not write it.
    assert "credit_limit" not in editable(stranger.get("/customers/").text)
    assert stranger.get(f"{address}credit_limit").status_code == 403
    answer = stranger.post(f"{address}credit_limit", version="1", credit_limit="5")
    assert answer.status_code == 403
    assert stranger.get(f"{address}password").status_code == 404


def test_a_closed_order_is_not_changed_in_its_list(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        warehouse = make_warehouse(session)
        row = make_order(session, warehouse, (make_product(session, warehouse, 5), 1))
        row.state = OrderState.CONFIRMED
        session.flush()
        order = row.id
    person = visitor("administrator", locale="en")
    address = f"/sales-orders/{order}/cell/required_date"
    for answer in (
        person.get(address),
        person.post(address, version="1", required_date="2026-01-01"),
    ):
        assert answer.status_code == 409
        assert answer.json["message"] == "This is not possible in the present state."
    with inside(app) as session:
        assert session.get_one(SalesOrder, order).required_date is None
