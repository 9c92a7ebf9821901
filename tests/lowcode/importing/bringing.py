"""What the tests of the importer say to each other."""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.system.audit import AuditEntry
from app.lowcode.importing.results import ImportResult

Bring = Callable[..., ImportResult]


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.created, result.changed, result.unchanged, result.failed


def audit_rows(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0
