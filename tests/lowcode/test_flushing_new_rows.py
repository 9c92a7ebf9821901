"""New rows are flushed by what they were given, and by nothing else (`app/lowcode/by_key.py`)."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Contact, Customer, CustomerAddress, Tag
from app.rules.customers import Tier
from tests.callers import inside

pytestmark = pytest.mark.usefixtures("database")


def customer(name: str, **values: object) -> Customer:
    return Customer(name=name, tier=Tier.ORDINARY, **values)


def test_rows_that_were_given_more_and_less_are_flushed_together(app: Flask) -> None:
    with inside(app) as session:
        tag = Tag(name="华东")
        given = customer("甲公司", tags=[tag], addresses=[CustomerAddress(street="Street 1")])
        bare = customer("乙公司")
        session.add_all([bare, given])
        session.flush()
        assert given.addresses[0].customer_id == given.id
        session.expire_all()
        assert [row.name for row in given.tags] == ["华东"]
        assert bare.tags == []
        assert bare.addresses == []


def test_a_new_row_below_a_new_one_comes_after_it(app: Flask) -> None:
    with inside(app) as session:
        top = customer("总公司")
        below = customer("分公司", parent=customer("子公司", parent=top))
        session.add_all([below, top])
        session.flush()
        session.expire_all()
        assert below.parent.parent is top
        assert top.parent_id is None


def test_a_new_row_takes_over_what_is_stored(app: Flask) -> None:
    with inside(app) as session:
        stored = Contact(name="张三", customer=customer("甲公司"))
        session.add(stored)
        session.commit()
        # Nobody touched the contact itself: it is the new customer that names it.
        heir = customer("乙公司", contacts=[stored])
        session.add(heir)
        session.flush()
        session.expire_all()
        assert stored.customer is heir


def test_what_was_given_and_taken_away_again_is_not_there(app: Flask) -> None:
    with inside(app) as session:
        row = customer("甲公司", addresses=[CustomerAddress(street="Street 1")], tags=[])
        session.add(row)
        row.addresses.clear()
        session.flush()
        assert session.scalars(select(CustomerAddress)).all() == []


def test_stored_and_new_rows_change_in_one_flush(app: Flask) -> None:
    with inside(app) as session:
        old = customer("甲公司", addresses=[CustomerAddress(street="Street 1")])
        session.add(old)
        session.commit()
        (address,) = old.addresses
        old.addresses.remove(address)
        session.add(customer("乙公司", parent=old))
        session.flush()
        session.expire_all()
        assert old.addresses == []
        assert (
            session.scalars(select(Customer).where(Customer.parent == old)).one().name == "乙公司"
        )
