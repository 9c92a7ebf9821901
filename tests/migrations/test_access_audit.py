"""A database of the version before row access, with people, roles, keys and a trail of its own."""

from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import URL, MetaData, Table, func, insert, make_url, select, text
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.lowcode.audit import chain
from app.lowcode.security import sync_permissions
from app.models import AuditEntry, Role, SalesOrder
from app.services.system.accounts import api_key_digest
from tests.databases import dispose
from tests.migrations.conftest import MIGRATIONS, copy

pytestmark = pytest.mark.usefixtures("address", "database")
NOW = text("CURRENT_TIMESTAMP")


class Old:
    """The tables as the database has them, whatever the code says by now."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.metadata = MetaData()

    def add(self, table_name: str, /, **values: Any) -> Any:
        table = Table(table_name, self.metadata, autoload_with=self.connection)
        stamps = {column: NOW for column in ("created_on", "changed_on") if column in table.c}
        made = self.connection.execute(insert(table).values(**stamps | values))
        key: Any = made.inserted_primary_key
        return key[0] if key else None


@pytest.fixture(scope="module")
def _kept() -> dict[str, tuple[URL, dict[str, int]]]:
    """By kind of database: a copy of the upgraded one, and its keys."""
    return {}


@pytest.fixture
def upgraded(
    product: Flask, address: str, database: str, _kept: dict[str, tuple[URL, dict[str, int]]]
) -> dict[str, int]:
    """Keys of what was there before the upgrade, by name; upgraded once, copied for each test."""
    own = make_url(address)
    if database not in _kept:
        keys = upgrade()
        dispose(product)
        _kept[database] = own.set(database=f"{own.database}_kept"), keys
        copy(own, _kept[database][0])
        return keys
    dispose(product)
    kept, keys = _kept[database]
    copy(kept, own)
    return keys


def upgrade() -> dict[str, int]:
    flask_migrate.upgrade(MIGRATIONS, revision="0002")
    keys = {}
    with db.engine.begin() as connection:
        old = Old(connection)
        for name in ("buyers", "sales", "administrator"):
            keys[name] = old.add("ab_role", name=name, version=1)
        for name in ("can_list", "can_edit"):
            keys[name] = old.add("ab_permission", name=name)
        screen = old.add("ab_view_menu", name="Customer")
        for name in ("can_list", "can_edit"):
            pair = old.add("ab_permission_view", permission_id=keys[name], view_menu_id=screen)
            for role in ("buyers", "sales"):
                old.add("ab_permission_view_role", permission_view_id=pair, role_id=keys[role])
        old.add("seeded_role", key="sales", role_id=keys["sales"], screens=["Customer"])
        person = old.add(
            "ab_user", username="old", first_name="", last_name="", active=True, version=1
        )
        old.add("ab_user_role", user_id=person, role_id=keys["buyers"])
        idle = old.add(
            "ab_user", username="idle", first_name="", last_name="", active=True, version=1
        )
        for number, holder in enumerate((person, idle)):
            digest = api_key_digest(f"kehu_{number}")
            old.add(
                "ab_api_key", uuid=str(number), name="key", key_hash=digest, lookup_hash=digest,
                key_prefix="kehu_", user_id=holder, active=True,
            )  # fmt: skip
        for number in range(3):
            old.add(
                "audit_entry", user_id=person, actor="old", entity="Customer",
                entity_id=70 + number, label="示例", action="create",
                changes={"name": [None, "示例"]},
            )  # fmt: skip
    flask_migrate.upgrade(MIGRATIONS)
    return keys


def value(statement: str) -> Any:
    with db.engine.connect() as connection:
        return connection.scalar(text(statement))


def test_the_old_trail_is_chained_and_whole(upgraded: dict[str, int]) -> None:
    with db.engine.connect() as connection:
        verdict = chain.verify(connection)
    assert (verdict.count, verdict.finding) == (3, None)


def test_a_key_acts_with_a_role_of_its_person_and_one_without_is_gone(
    upgraded: dict[str, int],
) -> None:
    assert value("SELECT count(*) FROM ab_api_key") == 1
    assert value("SELECT role_id FROM ab_api_key") == upgraded["buyers"]


def test_everybody_still_sees_all_goods_and_places(upgraded: dict[str, int]) -> None:
    reached = "SELECT count(*) FROM role_scope WHERE reach = 'all' AND entity = 'StockLevel'"
    assert value(reached) == 2, "of all roles but the administrator's"


def test_roles_of_ones_own_still_choose_owners(upgraded: dict[str, int], product: Flask) -> None:
    sync_permissions(product)
    role = db.session.get_one(Role, upgraded["buyers"])
    names = {(pair.permission.name, pair.view_menu.name) for pair in role.permissions}
    assert ("can_assign", "Customer") in names


def test_seeded_roles_remember_what_they_were_given(upgraded: dict[str, int]) -> None:
    assert "can_edit Customer" in value("SELECT rights FROM seeded_role")


def test_what_the_tables_refuse_they_still_refuse(upgraded: dict[str, int]) -> None:
    table: Any = SalesOrder.__table__
    with db.engine.begin() as connection:
        old = Old(connection)
        start = {"code": "C1", "name": "示例", "name_key": "示例", "kind": "company"}
        start |= {"tier": "vip", "lifecycle_stage": "prospect", "do_not_contact": False}
        customer = old.add("customer", **start)
        assert customer > 72 or connection.dialect.name == "postgresql", "keys the trail knows"
        order = {"customer_id": customer, "state": "draft", "order_date": func.current_date()}
        with pytest.raises(IntegrityError), connection.begin_nested():
            old.add("sales_order", code="O1", freight_amount=-1, **order)
        old.add("sales_order", code="O2", **order)
    assert db.session.scalar(select(func.count()).select_from(table)) == 1
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 3
