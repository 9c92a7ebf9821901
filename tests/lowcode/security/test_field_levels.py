"""Which columns of a screen can be narrowed, and how a role is given their levels."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.base import Entity
from app.entities.catalog import Product
from app.entities.customers import Customer
from app.entities.inventory import StockLevel
from app.entities.sales.order import SalesOrder
from app.entities.system.audit import AuditEntry
from app.entities.system.user import Role
from app.lowcode import field_rights
from app.lowcode.principal import acting_as
from app.lowcode.security import principal_for
from app.lowcode.security.field_levels import columns_of, levels_of, write_levels
from app.lowcode.security.guard import EscalationRefused
from app.lowcode.security.permissions import known_pairs
from app.lowcode.security.rights import copy_role, write_rights
from app.rules.errors import InvalidInput
from app.rules.masking import KINDS, FieldLevel
from tests.factories import make_user

NONE, MASKED, READ, WRITE = FieldLevel
ENTITIES = [
    mapper.class_ for mapper in Entity.registry.mappers if issubclass(mapper.class_, Entity)
]
COST, PHONE = ("Product", "purchase_price"), ("Customer", "phone")


def make_role(session: Session, name: str, *screens: str) -> Role:
    role = Role(name=name)
    session.add(role)
    session.flush()
    pairs = {pair for pair in known_pairs(session) if pair[1] in screens}
    write_rights(session, role, pairs, {})
    return role


def offered(model: type[Any]) -> dict[tuple[str, str], tuple[FieldLevel, ...]]:
    return {(column.entity, column.name): column.levels for column in columns_of(model)}


def test_every_column_of_a_screen_is_offered_with_its_levels(session: Session) -> None:
    columns = offered(Customer)
    assert columns["Customer", "phone"] == (NONE, MASKED, READ, WRITE)
    assert columns["Customer", "website"] == (NONE, READ, WRITE)
    assert columns["Customer", "owner"] == (NONE, READ, WRITE)
    assert columns["Customer", "name"] == (READ, WRITE)
    assert columns["CustomerAddress", "city"] == (NONE, READ, WRITE)
    assert ("Customer", "created_on") not in columns
    assert ("Customer", "phone_key") not in columns


def test_what_is_computed_can_be_shown_or_not(session: Session) -> None:
    assert offered(SalesOrder)["SalesOrder", "balance_amount"] == (NONE, MASKED, READ)
    assert offered(StockLevel)["StockLevel", "is_low"] == (NONE, READ)


def test_masks_are_declared_by_known_kinds(session: Session) -> None:
    for entity in ENTITIES:
        for column in columns_of(entity):
            if column.entity == entity.__name__ and column.has_mask:
                assert field_rights.mask_of(entity, column.name) in KINDS


def test_every_derived_key_says_what_it_comes_from(session: Session) -> None:
    for entity in ENTITIES:
        assert set(getattr(entity, "derived", {})) <= set(entity.derived_from), entity


@pytest.mark.usefixtures("database")
def test_levels_hold_from_the_next_request_on_and_stand_in_the_trail(session: Session) -> None:
    role = make_role(session, "lab", "Customer", "Product")
    person = make_user(session, "lab")
    with acting_as(principal_for(person.id)):
        assert field_rights.level(Customer, "phone") is WRITE
    assert write_levels(session, role, {PHONE: MASKED, COST: NONE})
    session.commit()
    with acting_as(principal_for(person.id)):
        assert field_rights.level(Customer, "phone") is MASKED
        assert field_rights.level(Product, "purchase_price") is NONE
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert entry.changes == {
        "Customer.phone": ["write", "masked"],
        "Product.purchase_price": ["write", "none"],
    }


def test_levels_are_replaced_as_a_whole(session: Session) -> None:
    role = make_role(session, "lab", "Customer")
    write_levels(session, role, {PHONE: MASKED, COST: NONE})
    assert write_levels(session, role, {PHONE: READ, COST: WRITE})
    assert levels_of(role) == {PHONE: READ}
    assert not write_levels(session, role, {PHONE: READ})


@pytest.mark.parametrize(
    ("column", "level"),
    [
        (("Customer", "name"), NONE),
        (("Customer", "code"), MASKED),
        (("Customer", "website"), MASKED),
        (("Customer", "created_on"), NONE),
        (("Customer", "version"), READ),
        (("Customer", "nothing"), NONE),
        (("User", "password"), NONE),
        (("Nobody", "name"), READ),
    ],
)
def test_other_levels_are_refused(
    session: Session, column: tuple[str, str], level: FieldLevel
) -> None:
    role = make_role(session, "lab", "Customer")
    with pytest.raises(InvalidInput):
        write_levels(session, role, {column: level})


def test_only_administrators_narrow_columns(session: Session) -> None:
    role = make_role(session, "lab", "Role", "User")
    person = make_user(session, "lab")
    with acting_as(principal_for(person.id)), pytest.raises(EscalationRefused):
        write_levels(session, role, {PHONE: NONE})


def test_a_second_role_opens_a_column_only_where_it_opens_the_screen(session: Session) -> None:
    write_levels(session, make_role(session, "one", "Customer"), {PHONE: MASKED})
    make_role(session, "elsewhere", "Task")
    make_role(session, "same", "Customer")
    for roles, level in (
        (("one",), MASKED),
        (("one", "elsewhere"), MASKED),
        (("one", "same"), WRITE),
    ):
        person = make_user(session, *roles)
        with acting_as(principal_for(person.id)):
            assert field_rights.level(Customer, "phone") is level


def test_lines_count_with_the_screen_of_their_record(session: Session) -> None:
    price = ("SalesOrderLine", "unit_price")
    write_levels(session, make_role(session, "packers", "SalesOrder"), {price: NONE})
    make_role(session, "elsewhere", "Task")
    person = make_user(session, "packers", "elsewhere")
    with acting_as(principal_for(person.id)):
        assert not field_rights.visible(SalesOrder, "total_amount")
        assert not field_rights.visible(SalesOrder, "balance_amount")
        assert field_rights.visible(SalesOrder, "freight_amount")


def test_a_copy_of_a_role_is_as_narrow(session: Session) -> None:
    role = make_role(session, "lab", "Customer")
    write_levels(session, role, {PHONE: MASKED})
    assert levels_of(copy_role(session, role, "lab 2")) == {PHONE: MASKED}


def test_seeded_stock_staff_sees_no_values(app: Flask, session: Session) -> None:
    sees_cost = {"warehouse": False, "service": False, "sales": False, "finance": True}
    for role, sees in sees_cost.items():
        with acting_as(principal_for(make_user(session, role).id)):
            assert field_rights.visible(Product, "purchase_price") is sees, role
            assert field_rights.visible(StockLevel, "value_amount") is sees, role
