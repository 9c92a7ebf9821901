"""Whole tables as they stand, to compare before and after."""

from typing import Any

from flask_appbuilder import Model
from sqlalchemy import select
from sqlalchemy.orm import Session

#: what never goes back: trails, counters, and what jobs and sets say of themselves
NOT_COMPARED = frozenset(
    {
        "audit_entry", "audit_head", "audit_checkpoint", "ownership_change", "number_sequence",
        "change_set", "change_block", "import_run", "import_problem", "job", "job_tick",
        "notification", "user_session", "access_epoch",
    }
)  # fmt: skip


def dump(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Every table but those above, by name: its rows without their versions, sorted."""
    session.flush()
    return {
        table.name: sorted(
            tuple(map(repr, row))
            for row in session.connection().execute(
                select(*(column for column in table.columns if column.name != "version"))
            )
        )
        for table in Model.metadata.sorted_tables
        if table.name not in NOT_COMPARED
    }
