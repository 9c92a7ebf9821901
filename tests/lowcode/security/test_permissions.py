"""The rights in the database are those that the screens declare: no more and no fewer."""

from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from app.entities.system.user import Role
from app.extensions import db
from app.lowcode.principal import DataScope, acting_as
from app.lowcode.security import principal_for, sync_permissions
from app.lowcode.security.permissions import declared_pairs, known_pairs
from app.lowcode.security.rights import copy_role, rights_of, scopes_of, write_rights
from app.rules.errors import DomainError
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


def role_named(session: Any, name: str) -> Role:
    return session.scalars(select(Role).where(Role.name == name)).one()


def test_every_declared_right_exists_and_nothing_else(app: Flask, session: Any) -> None:
    assert known_pairs(session).keys() == declared_pairs(app)
    assert ("can_list", "Customer") in declared_pairs(app)


def test_bringing_them_up_to_date_again_writes_nothing(app: Flask, session: Any) -> None:
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_unused: Any) -> None:
        if statement.split()[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        sync_permissions(app)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert written == []


def test_a_right_that_no_screen_has_any_more_leaves_every_role(app: Flask, session: Any) -> None:
    gone = PermissionView(permission=Permission(name="can_fly"), view_menu=ViewMenu(name="Kite"))
    role = role_named(session, "sales")
    role.permissions.append(gone)
    session.commit()
    user_id, version = make_user(session, "sales").id, role.version
    assert principal_for(user_id).can("can_fly", "Kite")
    sync_permissions(app)
    assert not principal_for(user_id).can("can_fly", "Kite")
    assert role_named(session, "sales").version == version + 1
    assert ("can_fly", "Kite") not in known_pairs(session)


def test_rights_are_written_exactly_and_only_differences_count(session: Any) -> None:
    role = role_named(session, "warehouse")
    wanted = {("can_list", "Product"), ("can_list", "Supplier")}
    assert write_rights(session, role, wanted, {"Customer": DataScope.TEAM})
    assert rights_of(session, role) == wanted
    assert scopes_of(role) == {"Customer": DataScope.TEAM}
    version = role.version
    assert not write_rights(session, role, wanted, {"Customer": DataScope.TEAM})
    assert role.version == version
    assert write_rights(session, role, wanted, {"Customer": DataScope.NONE})
    assert scopes_of(role) == {}


def test_a_right_that_does_not_exist_cannot_be_given(session: Any) -> None:
    with pytest.raises(DomainError, match="no right"):
        write_rights(session, role_named(session, "sales"), {("can_list", "Nothing")}, {})


def test_a_changed_role_holds_for_who_was_read_before(session: Any) -> None:
    user = make_user(session, "sales")
    before = principal_for(user.id)
    assert principal_for(user.id) is before, "kept as long as nothing moved"
    role = role_named(session, "sales")
    write_rights(session, role, {("can_list", "Tag")}, {"Customer": DataScope.ALL})
    session.commit()
    after = principal_for(user.id)
    assert after.permissions == {("can_list", "Tag")}
    assert after.reaches("Customer") == {DataScope.ALL}
    assert before.reaches("Customer") == {DataScope.OWN}, (
        "the old one was not changed under anybody"
    )


def test_a_role_made_anew_under_an_old_key_does_not_inherit_cached_rights(session: Any) -> None:
    first = copy_role(session, role_named(session, "sales_manager"), "temporary")
    session.commit()
    user = make_user(session, "temporary")
    assert principal_for(user.id).can("can_delete", "Customer")
    key, user_id = first.id, user.id
    user.roles = []
    session.commit()
    session.delete(first)
    session.commit()
    second = copy_role(session, role_named(session, "warehouse"), "temporary")
    session.commit()
    assert second.id != key
    user.roles = [second]
    session.commit()
    assert not principal_for(user_id).can("can_delete", "Customer")


def test_several_roles_add_up_and_the_widest_rows_count(session: Any) -> None:
    principal = principal_for(make_user(session, "sales", "marketing").id)
    assert principal.can("make_vip", "Customer")
    assert principal.can("can_delete", "Tag")
    assert principal.reaches("Customer") == {DataScope.ALL}


def test_an_administrator_needs_no_row_of_rights(session: Any) -> None:
    principal = principal_for(make_user(session, "administrator").id)
    assert principal.permissions == frozenset()
    assert principal.can("can_delete", "Anything")
    with acting_as(principal):
        assert db.session.scalar(select(Role.name).limit(1))
