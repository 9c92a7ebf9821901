"""The rights that exist: (permission, screen) pairs as the registered screens declare them."""

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

from flask import Flask, has_app_context
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.entities.system.user import Role
from app.extensions import db

Pair = tuple[str, str]


def declared_pairs(app: Flask) -> set[Pair]:
    """Every (permission, screen) of the product's own screens; FAB's own views declare none."""
    views: Iterable[Any] = app.appbuilder.baseviews  # type: ignore[attr-defined]
    return {
        (permission, view.class_permission_name)
        for view in views
        if not type(view).__module__.startswith("flask_appbuilder.")
        for permission in view.base_permissions or ()
    }


def sync_permissions(app: Flask) -> None:
    """Make the tables of rights equal to what the screens declare, in one transaction; idempotent.

    A right that no screen has any more leaves the roles that held it.
    """
    wanted = declared_pairs(app)
    with nullcontext() if has_app_context() else app.app_context():
        session = db.session()
        known = known_pairs(session)
        if gone := [known[pair] for pair in known.keys() - wanted]:
            _drop(session, gone)
        if new := wanted - known.keys():
            permissions = _keys(session, Permission, {permission for permission, _screen in new})
            screens = _keys(session, ViewMenu, {screen for _permission, screen in new})
            session.execute(
                insert(PermissionView),
                [
                    {"permission_id": permissions[permission], "view_menu_id": screens[screen]}
                    for permission, screen in sorted(new)
                ],
            )
        session.commit()


def known_pairs(session: Session) -> dict[Pair, int]:
    """(permission, screen) → key of the pair."""
    rows = session.execute(
        select(Permission.name, ViewMenu.name, PermissionView.id)
        .join(PermissionView, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    )
    return {(permission, screen): key for permission, screen, key in rows}


def _drop(session: Session, keys: list[int]) -> None:
    held = assoc_permissionview_role.c.permission_view_id.in_(keys)
    holders = select(assoc_permissionview_role.c.role_id).where(held)
    # Cached rights are keyed by the role's version.
    session.execute(
        update(Role).where(Role.id.in_(holders)).values(version=Role.version + 1),
        execution_options={"synchronize_session": False},
    )
    session.execute(delete(assoc_permissionview_role).where(held))
    session.execute(delete(PermissionView).where(PermissionView.id.in_(keys)))


def _keys(session: Session, model: Any, names: set[str]) -> dict[str, int]:
    """Name → key, missing names added."""
    known = dict(session.execute(select(model.name, model.id).where(model.name.in_(names))).all())
    if missing := sorted(names - known.keys()):
        session.execute(insert(model), [{"name": name} for name in missing])
        known = dict(
            session.execute(select(model.name, model.id).where(model.name.in_(names))).all()
        )
    return known
