"""An empty database of either kind, and the product on it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import URL

from app import create_app
from app.lowcode.principal import system
from config import Settings
from tests.databases import dispose

MIGRATIONS = str(Path(__file__).parents[2] / "migrations")


@pytest.fixture
def address(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'kehu.db'}"
        return
    server = request.getfixturevalue("server_url")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
        own = server.replace("/postgres?", "/migrated?", 1)
        yield own.replace("postgresql://", "postgresql+psycopg://", 1)
        connection.execute("DROP DATABASE migrated WITH (FORCE)")


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


def copy(source: URL, target: URL) -> None:
    """Replace one database by another of the same kind; nobody may be connected to the source."""
    if source.get_backend_name() == "sqlite":
        shutil.copyfile(str(source.database), str(target.database))
        return
    server = source.set(drivername="postgresql", database="postgres")
    told = server.render_as_string(hide_password=False)
    with psycopg.connect(told, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {target.database} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {target.database} TEMPLATE {source.database}")
