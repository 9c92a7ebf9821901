"""Reference data stays as people changed it; demo data fills every screen and is plainly demo."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.base import Entity
from app.entities.catalog import Product, ProductComponent, Unit
from app.entities.customers import Contact, Customer, CustomerSource, Industry, Interaction
from app.entities.purchasing import Supplier
from app.entities.system.organization import Region, Team
from app.entities.system.user import User
from app.extensions import db
from app.lowcode.principal import system
from app.lowcode.security import sync_permissions
from app.rules.customers import CustomerKind, LifecycleStage, Tier
from app.rules.identity import check_email, check_phone
from app.services.customers import check_contact, check_customer, check_interaction
from app.services.duplicates import find_duplicates
from app.services.purchasing import check_supplier
from seed import demo, reference
from tests.databases import SQLiteFile, dispose

NOW = datetime(2026, 3, 5, 4, 30, tzinfo=UTC)


@pytest.fixture
def seeded(app: Flask, session: Session) -> Session:
    sync_permissions(app)
    reference.seed(session)
    session.commit()
    return session


@pytest.fixture(scope="module")
def _filled(
    _sqlite: tuple[Flask, SQLiteFile],
) -> Iterator[tuple[SQLiteFile, list[tuple[str, str, str]]]]:
    """The demo data, made once, and the accounts shown to whoever asked for them."""
    product, empty = _sqlite
    empty.restore()
    with product.app_context(), system("test"):
        reference.seed(db.session)
        shown = demo.fill(db.session, lambda _line: None, NOW)
        db.session.commit()
    dispose(product)
    kept = empty.beside()
    kept.keep()
    yield kept, shown
    kept.close()


@pytest.fixture
def filled(_filled: tuple[SQLiteFile, list[tuple[str, str, str]]], session: Session) -> Session:
    _filled[0].restore()
    return session


@pytest.fixture
def shown(_filled: tuple[SQLiteFile, list[tuple[str, str, str]]]) -> list[tuple[str, str, str]]:
    """(account, role, password) as the demo tells them."""
    return _filled[1]


def count(session: Session, entity: type[Entity]) -> int:
    return session.scalar(select(func.count()).select_from(entity)) or 0


def test_a_second_seed_changes_nothing(seeded: Session) -> None:
    tables = (Unit, Region, CustomerSource, Industry)
    before = [count(seeded, table) for table in tables]
    seeded.scalars(select(Region).where(Region.code == "north")).one().name = "北方大区"
    seeded.delete(seeded.scalars(select(Unit).where(Unit.code == "dozen")).one())
    seeded.commit()
    reference.seed(seeded)
    seeded.commit()
    assert [count(seeded, table) for table in tables] == [before[0] - 1, *before[1:]]
    assert seeded.scalar(select(Region.name).where(Region.code == "north")) == "北方大区"


def test_demo_data_has_something_of_everything(
    filled: Session, shown: list[tuple[str, str, str]]
) -> None:
    assert count(filled, Customer) == 200
    for entity in (Contact, Interaction, Product, ProductComponent, Supplier, Team):
        assert count(filled, entity) >= 8, entity.__name__
    for column, choices in (
        (Customer.kind, CustomerKind),
        (Customer.tier, Tier),
        (Customer.lifecycle_stage, LifecycleStage),
    ):
        assert set(filled.scalars(select(column).distinct())) == set(choices)
    assert len({role for _name, role, _password in shown}) == len(shown) == 8


def test_demo_rows_are_plainly_demo_and_lie_in_the_last_year(filled: Session) -> None:
    for entity in (Customer, Contact, Product, Supplier):
        names = filled.scalars(select(entity.name)).all()
        assert all(name.startswith(("示例", "演示")) for name in names)
    moments = [
        *filled.scalars(select(Interaction.happened_on)),
        *filled.scalars(select(Customer.created_on)),
    ]
    assert NOW - timedelta(days=366) < min(moments) <= max(moments) <= NOW


def test_demo_rows_keep_the_rules_that_forms_ask_for(filled: Session) -> None:
    for customer in filled.scalars(select(Customer)):
        check_customer(customer)
        assert not find_duplicates(filled, customer)
        assert customer.phone == check_phone(customer.phone)
        assert customer.email == check_email(customer.email)
    for contact in filled.scalars(select(Contact)):
        check_contact(filled, contact)
    for interaction in filled.scalars(select(Interaction)):
        check_interaction(filled, interaction)
    for supplier in filled.scalars(select(Supplier)):
        check_supplier(supplier)
    assert not any(filled.is_modified(row) for row in filled.dirty)


def test_demo_passwords_open_only_the_shown_accounts(
    filled: Session, shown: list[tuple[str, str, str]]
) -> None:
    names = {name for name, _role, _password in shown}
    others = filled.scalars(select(User).where(User.username.not_in(names))).all()
    assert others
    assert all(user.password and user.username.startswith("demo_colleague") for user in others)
