"""The migrations build exactly the tables the code declares, and can be taken back and redone."""

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import func, inspect, select

from app.entities.customers import Contact, Customer, CustomerAddress, Interaction
from app.extensions import db
from app.lowcode.security import sync_permissions
from seed import reference
from tests.migrations.conftest import MIGRATIONS


def fill(app: Flask) -> None:
    sync_permissions(app)
    reference.seed(db.session)
    customer = Customer(name="示例科技有限公司", addresses=[CustomerAddress(street="示范大道")])
    contact = Contact(customer=customer, name="演示经理")
    db.session.add(Interaction(customer=customer, contact=contact, subject="电话"))
    db.session.commit()
    db.session.remove()


def tables() -> set[str]:
    """Without what the database keeps for itself: where it stands, and its index of words."""
    with db.engine.connect() as connection:
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
    return {name for name in names if not name.startswith("search_words")}


def rows() -> tuple[int, int]:
    """How many customers and interactions there are; leaves no transaction open."""
    counts = [
        db.session.scalar(select(func.count()).select_from(entity)) or 0
        for entity in (Customer, Interaction)
    ]
    db.session.remove()
    return counts[0], counts[1]


def test_the_migrations_build_what_the_code_declares(product: Flask) -> None:
    flask_migrate.upgrade(MIGRATIONS)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts=product.extensions["migrate"].configure_args
        )
        assert compare_metadata(context, db.metadata) == []
    assert tables() == set(db.metadata.tables)


def test_up_down_and_up_again_on_a_database_with_rows(product: Flask) -> None:
    flask_migrate.upgrade(MIGRATIONS)
    fill(product)
    before = rows()
    flask_migrate.upgrade(MIGRATIONS)
    assert rows() == before == (1, 1), "an upgrade to the same revision touches no row"
    flask_migrate.downgrade(MIGRATIONS, revision="base")
    assert tables() == set()
    flask_migrate.upgrade(MIGRATIONS)
    assert rows() == (0, 0)
    fill(product)
    assert rows() == before
