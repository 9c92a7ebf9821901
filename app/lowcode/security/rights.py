"""Writing a role's rights: what changed, who may change it, and a line in the audit trail."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import assoc_permissionview_role
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.entities.system.access import RoleScope
from app.entities.system.user import Role
from app.entities.types import now_utc
from app.lowcode import audit
from app.lowcode.principal import DataScope
from app.lowcode.security import guard
from app.lowcode.security.field_levels import levels_of, write_levels
from app.lowcode.security.permissions import Pair, known_pairs
from app.rules.errors import DomainError


def rights_of(session: Session, role: Any) -> set[Pair]:
    """The (permission, screen) pairs of one role."""
    held = set(
        session.scalars(
            select(assoc_permissionview_role.c.permission_view_id).where(
                assoc_permissionview_role.c.role_id == role.id
            )
        )
    )
    return {pair for pair, key in known_pairs(session).items() if key in held}


def scopes_of(role: Any) -> dict[str, DataScope]:
    """Entity → how far the role reaches into its rows."""
    return {scope.entity: scope.reach for scope in role.scopes}


def write_rights(
    session: Session,
    role: Any,
    wanted: Collection[Pair],
    reach: Mapping[str, DataScope],
) -> bool:
    """Give a saved role exactly these rights and data scopes; did anything change?

    Raises DomainError for a right that no screen offers. Flushes, moves the role's version (so
    that the change holds from the next request on) and writes one line of the audit trail.
    """
    guard.check_may_change(role)
    known = known_pairs(session)
    if unknown := set(wanted) - known.keys():
        raise DomainError("There is no right %(right)s.", right=" ".join(sorted(unknown)[0]))
    before, scopes = rights_of(session, role), scopes_of(role)
    after = {entity: scope for entity, scope in reach.items() if scope is not DataScope.NONE}
    changes = _changes(before, set(wanted), scopes, after)
    if not changes:
        return False
    _write_pairs(session, role.id, before, set(wanted), known)
    _write_scopes(role, after)
    role.changed_on = now_utc()
    session.flush()
    audit.record(session, "rights", "Role", role.id, role.name, changes)
    return True


def write_grants(session: Session, role: Any, granted: Collection[Any]) -> bool:
    """Give a saved role exactly these roles to grant to others; did anything change?

    Flushes; the change moves the role's version and stands in the audit trail like any other.
    EscalationRefused for the administrator role, which only administrators give.
    """
    guard.check_may_change(role)
    if set(role.grants) == set(granted):
        return False
    role.grants = sorted(granted, key=lambda row: row.id)
    session.flush()
    return True


def copy_role(session: Session, role: Any, name: str) -> Any:
    """A new role with the rights, data scopes, field rights and grants of another one."""
    twin = Role(name=name, description=role.description, home=role.home)
    session.add(twin)
    session.flush()
    write_rights(session, twin, rights_of(session, role), scopes_of(role))
    write_levels(session, twin, levels_of(role))
    write_grants(session, twin, role.grants)
    return twin


def _changes(
    before: set[Pair],
    after: set[Pair],
    scopes: Mapping[str, DataScope],
    reach: Mapping[str, DataScope],
) -> dict[str, list[str]]:
    """{screen: [rights lost, rights gained]} and {"rows of <entity>": [old, new]}, for people."""
    screens = sorted({screen for _permission, screen in before ^ after})
    changes = {
        screen: [
            " ".join(sorted(p for p, s in before - after if s == screen)),
            " ".join(sorted(p for p, s in after - before if s == screen)),
        ]
        for screen in screens
    }
    for entity in sorted(scopes.keys() | reach.keys()):
        old = scopes.get(entity, DataScope.NONE)
        new = reach.get(entity, DataScope.NONE)
        if old is not new:
            changes[f"rows of {entity}"] = [old.value, new.value]
    return changes


def _write_pairs(
    session: Session, role_id: int, before: set[Pair], after: set[Pair], known: Mapping[Pair, int]
) -> None:
    table = assoc_permissionview_role
    if lost := [known[pair] for pair in before - after]:
        session.execute(
            delete(table).where(table.c.role_id == role_id, table.c.permission_view_id.in_(lost))
        )
    if gained := sorted(after - before):
        rows = [{"role_id": role_id, "permission_view_id": known[pair]} for pair in gained]
        session.execute(insert(table), rows)


def _write_scopes(role: Any, reach: Mapping[str, DataScope]) -> None:
    for scope in list(role.scopes):
        if scope.entity in reach:
            scope.reach = reach[scope.entity]
        else:
            role.scopes.remove(scope)
    for entity in sorted(reach.keys() - {scope.entity for scope in role.scopes}):
        role.scopes.append(RoleScope(entity=entity, reach=reach[entity]))
