"""Imports of a few lines, for the tests of the importer."""

from pathlib import Path
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy.orm import Session

from app.lowcode.importing.engine import run_import
from app.lowcode.importing.mapping import Mapping
from app.lowcode.importing.reading import read_table
from app.lowcode.importing.results import ImportResult
from tests.lowcode.importing.bringing import Bring


@pytest.fixture
def bring(session: Session, tmp_path: Path) -> Bring:
    """Import lines into an entity; `fields` maps paths to columns, the rest are options."""

    def run(
        resource: str, lines: list[str], fields: dict[str, Any], **options: Any
    ) -> ImportResult:
        path = tmp_path / "file.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        calls = {
            name: options.pop(name)
            for name in ("dry_run", "after", "commit", "progress", "result")
            if name in options
        }
        mapping = Mapping.from_json({"resource": resource, "fields": fields, **options})
        with read_table(path, filename="file.csv") as table, force_locale("en"):
            return run_import(session, mapping, table, **calls)

    return run
