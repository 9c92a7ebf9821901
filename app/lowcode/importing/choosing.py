"""Which mapping a file gets: a kept one by its name, one of a set, or the best guess."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.system.imports import ImportMapping
from app.lowcode.importing.mapping import Mapping
from app.lowcode.importing.sets import read_set
from app.lowcode.importing.targets import guess
from app.rules.errors import InvalidInput


def sets_folder() -> Path:
    """Where the mapping sets of the product are."""
    root: Path = current_app.extensions["kehu_settings"].root
    return root / "seed" / "mappings"


def mapping_named(session: Session, resource: str, name: str) -> Mapping:
    """The mapping kept under this name, else the step of that set; InvalidInput if neither."""
    kept = session.scalar(
        select(ImportMapping).where(ImportMapping.resource == resource, ImportMapping.name == name)
    )
    if kept is not None:
        return Mapping.from_json(kept.content)
    steps = read_set(sets_folder(), name)
    found = next((step.mapping for step in steps if step.mapping.resource == resource), None)
    if found is None:
        raise InvalidInput("There is no mapping %(name)s.", name=name)
    return found


def mapping_for(view: Any, header: Sequence[str]) -> Mapping:
    """The guess for a file nobody gave a mapping for; InvalidInput where it fits nothing."""
    mapping = guess(view, header)
    if not mapping.fields:
        raise InvalidInput("No column of the file is known here. Give it a mapping.")
    return mapping


def keep_mapping(session: Session, name: str, mapping: Mapping) -> ImportMapping:
    """Keep it under a name, in place of what was kept there; flushes."""
    kept = session.scalar(
        select(ImportMapping).where(
            ImportMapping.resource == mapping.resource, ImportMapping.name == name
        )
    )
    if kept is None:
        kept = ImportMapping(resource=mapping.resource, name=name)
        session.add(kept)
    kept.content = mapping.to_json()
    session.flush()
    return kept


def kept_names(session: Session, resource: str) -> list[str]:
    """The names of the mappings kept for one entity."""
    query = select(ImportMapping.name).where(ImportMapping.resource == resource)
    return list(session.scalars(query.order_by(ImportMapping.name)))
