"""Pickers find rows to point at: few at a time, within reach, and nothing about hidden columns."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.entities.customers import Contact, Customer, Tag
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


def labels(person: Visitor, path: str) -> list[str]:
    return [option["label"] for option in person.get(path).json]


@pytest.fixture
def rows(app: Flask) -> None:
    with inside(app) as session:
        for name in ("华东贸易", "华北科技", "50%_off"):
            session.add(Customer(name=name, contacts=[Contact(name=f"{name} 联系人")]))
        session.add_all([Tag(name="b", position=1), Tag(name="a", position=2)])
        session.add(Tag(name="gone", is_active=False))


def test_a_picker_finds_by_parts_of_name_and_code(visitor: Visitors, rows: None) -> None:
    boss = visitor("administrator")
    path = "/contacts/picker/customer"
    assert set(labels(boss, f"{path}?q=华")) == {"华东贸易", "华北科技"}
    assert labels(boss, f"{path}?q=华 科技") == ["华北科技"]
    assert labels(boss, f"{path}?q=%25_") == ["50%_off"]
    assert labels(boss, f"{path}?q=%00nothing") == []


def test_a_picker_offers_twenty_rows_at_most(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        session.add_all(Customer(name=f"C{n}") for n in range(40))
    assert len(labels(visitor("administrator"), "/contacts/picker/customer")) == 20


def test_words_no_longer_in_use_are_not_offered_and_the_rest_in_its_order(
    visitor: Visitors, rows: None
) -> None:
    assert labels(visitor("administrator"), "/customers/picker/tags") == ["b", "a"]


def test_a_picker_is_narrowed_by_what_was_chosen_before(visitor: Visitors, rows: None) -> None:
    boss = visitor("administrator")
    assert labels(boss, "/interactions/picker/contact?customer=1") == ["华东贸易 联系人"]
    assert len(labels(boss, "/interactions/picker/contact")) == 3
    assert len(labels(boss, "/interactions/picker/contact?customer=²")) == 3


def test_what_hangs_below_a_hidden_record_is_not_told(app: Flask, visitor: Visitors) -> None:
    seller, boss = visitor("sales"), visitor("administrator")
    with inside(app) as session:
        group = Customer(name="group", owner_id=boss.user_id)
        mine = Customer(name="mine", owner_id=seller.user_id, parent=group)
        session.add(mine)
        session.flush()
        path = f"/contacts/picker/customer?parent={group.id}"
    assert labels(seller, "/contacts/picker/customer") == ["mine"]
    assert labels(seller, path) == []
    assert labels(boss, path) == ["mine"]


def test_inline_lines_have_pickers_too(app: Flask, visitor: Visitors) -> None:
    assert visitor("administrator").get("/products/picker/components.component").json == []


@pytest.mark.parametrize("path", ["created_by", "name", "nothing", "owner.team", "addresses.city"])
def test_only_fields_of_the_screen_have_a_picker(visitor: Visitors, path: str) -> None:
    assert visitor("administrator").get(f"/customers/picker/{path}").status_code == 404


def test_a_picker_tells_nothing_of_columns_that_the_person_may_not_list(
    visitor: Visitors, rows: None
) -> None:
    """Colleagues are found by name, not by e-mail address: people in sales have no user list."""
    visitor("read_only", name="Quiet Person", email="hidden-address@example.com")
    seller = visitor("sales")
    assert labels(seller, "/customers/picker/owner?q=Quiet") == ["Quiet Person"]
    assert labels(seller, "/customers/picker/owner?q=hidden-address") == []


def test_without_a_right_on_the_screen_there_is_no_picker(visitor: Visitors, rows: None) -> None:
    assert visitor("warehouse").get("/contacts/picker/customer").status_code == 403
