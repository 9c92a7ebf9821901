"""An empty database of either kind, and the product on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.lowcode.principal import system
from config import Settings
from tests.databases import dispose, postgresql_server

MIGRATIONS = str(Path(__file__).parents[2] / "migrations")


@pytest.fixture
def address(database: str, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'kehu.db'}"
        return
    with postgresql_server() as url:
        yield url.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def product(address: str, tmp_path: Path) -> Iterator[Flask]:
    settings = Settings(
        secret_key="tests-only-4f9c2e7ab1d83650",
        database_url=address,
        var=tmp_path,
        job_threads=0,
    )
    app = create_app(settings)
    with app.app_context(), system("test"):
        yield app
    dispose(app)
