"""The audit trail: every change, sign-in, refusal and reading that leaves the house, chained."""

from app.lowcode.audit.chain import Beside
from app.lowcode.audit.chain import init as share_end
from app.lowcode.audit.changes import SILENT, changes_of
from app.lowcode.audit.flushing import TrailIsAppendOnly, install
from app.lowcode.audit.refusals import init as watch_refusals
from app.lowcode.audit.trail import commit_with, record, record_apart
from app.rules.audit import AuditAction

__all__ = [
    "SILENT",
    "AuditAction",
    "Beside",
    "TrailIsAppendOnly",
    "changes_of",
    "commit_with",
    "install",
    "record",
    "record_apart",
    "share_end",
    "watch_refusals",
]
