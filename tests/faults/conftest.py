"""What tests with processes of their own begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import postgresql_server


@pytest.fixture
def url(database: str, tmp_path: Path) -> Iterator[str]:
    """An empty database that other processes can reach."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'kehu.db'}"
    else:
        with postgresql_server() as address:
            yield address.replace("postgresql://", "postgresql+psycopg://", 1)
