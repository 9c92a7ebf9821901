"""What the row rights add to a list page, and what the audit trail adds to a save.

The product runs in this process; "off" takes the listeners away and leaves the rest as it is.
"""

import argparse
import contextlib
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select

from app import create_app, models
from app.entities.types import now_utc
from app.extensions import db, refresh_statistics
from app.lowcode import scope
from app.lowcode.audit import flushing
from app.lowcode.principal import system
from app.lowcode.security import sync_permissions
from app.services.system.accounts import hash_password
from config import Settings
from seed.roles import seed_roles
from tests.databases import postgresql_server

PASSWORD = "only for measuring 71"
WRITERS = 8
HOST = "https://localhost"


@contextlib.contextmanager
def without(hook: str, listener: Callable[..., Any]) -> Iterator[None]:
    """Inside, the product's sessions do not call the listener."""
    factory = db.session.session_factory
    event.remove(factory, hook, listener)
    try:
        yield
    finally:
        event.listen(factory, hook, listener)


def build(url: str, folder: Path, rows: int) -> Flask:
    """The product with `rows` customers, all of the team of the one person who signs in."""
    settings = Settings(
        secret_key="bench-only-0f31c2d4e5968778", database_url=url, var=folder, job_threads=0
    )
    app = create_app(settings)
    app.config.update(WTF_CSRF_ENABLED=False)
    with app.app_context(), system("bench"):
        db.create_all()
        sync_permissions(app)
        seed_roles(db.session)
        manager = db.session.scalar(select(models.Role).where(models.Role.name == "sales_manager"))
        team = models.Team(code="bench", name="Bench")
        person = models.User(
            username="bench", name="Bench", active=True, roles=[manager], team=team
        )
        person.password = hash_password(PASSWORD)
        db.session.add_all([team, person])
        db.session.commit()
        values = {"kind": "company", "owner_id": person.id, "team_id": team.id}
        stamps = {"created_on": now_utc(), "changed_on": now_utc()}
        for start in range(0, rows, 5000):
            block = range(start, min(start + 5000, rows))
            numbered = (
                {"code": f"B{i:07}", "name": f"基准客户 {i:07}", "name_key": f"基准客户{i:07}"}
                for i in block
            )
            db.session.connection().execute(
                insert(models.Customer.__table__), [{**values, **stamps, **own} for own in numbered]
            )
        refresh_statistics(db.session.connection())  # as every start does
        db.session.commit()
        db.engine.dispose()
    return app


def sign_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    typed = {"username": "bench", "password": PASSWORD}
    answer = client.post("/login/", data=typed, base_url=HOST)
    assert answer.status_code == 302, answer.status_code
    page = client.get("/customers/", base_url=HOST).text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token
    client.environ_base |= {"HTTP_X_CSRFTOKEN": token.group(1), "HTTP_REFERER": HOST}
    return client


def milliseconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def list_page(client: FlaskClient, turns: int) -> tuple[float, float]:
    """Median milliseconds of page 1 with and without the row rights."""

    def page() -> None:
        assert client.get("/customers/", base_url=HOST).status_code == 200

    on, off = [], []
    for turn in range(turns + 3):
        with_rights = milliseconds(page)
        with without("do_orm_execute", scope.narrow):
            bare = milliseconds(page)
        if turn >= 3:  # the first ones warm the caches
            on.append(with_rights)
            off.append(bare)
    return statistics.median(on), statistics.median(off)


def saving(clients: list[FlaskClient], keys: list[int], bursts: int) -> tuple[float, float]:
    """Median saves per second of all writers together, with and without the trail."""

    def burst(mark: int) -> float:
        def save(writer: int) -> None:
            for turn in range(20):
                body = {"phone": f"139{mark:02}{writer}{turn:05}"[:11]}
                answer = clients[writer].patch(
                    f"/api/v1/customers/{keys[writer]}", json=body, base_url=HOST
                )
                assert answer.status_code == 200, answer.text

        with ThreadPoolExecutor(len(clients)) as pool:
            spent = milliseconds(lambda: list(pool.map(save, range(len(clients)))))
        return 20 * len(clients) / spent * 1000

    burst(99)
    on, off = [], []
    for mark in range(bursts):
        on.append(burst(2 * mark))
        with without("after_flush", flushing._after_flush):
            off.append(burst(2 * mark + 1))
    return statistics.median(on), statistics.median(off)


def measure(name: str, url: str, folder: Path, rows: int) -> None:
    app = build(url, folder, rows)
    with app.app_context(), system("bench"):
        keys = list(
            db.session.scalars(
                select(models.Customer.id).order_by(models.Customer.id).limit(WRITERS)
            )
        )
        db.session.rollback()
    on, off = list_page(sign_in(app), turns=60)
    print(f"{name:10} list, {rows} rows: {on:.1f} ms, off {off:.1f}: {on / off:.2f}×")
    clients = [sign_in(app) for _writer in range(WRITERS)]
    on, off = saving(clients, keys, bursts=8)
    print(f"{name:10} save, {WRITERS} writers: {on:.0f}/s, off {off:.0f}/s: {off / on:.2f}×")
    with app.app_context():
        db.engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    chosen = parser.parse_args()
    if chosen.database != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            measure("SQLite", f"sqlite:///{path / 'kehu.db'}", path, chosen.rows)
    if chosen.database != "sqlite":
        with postgresql_server() as server, tempfile.TemporaryDirectory() as folder:
            url = server.replace("postgresql://", "postgresql+psycopg://", 1)
            measure("PostgreSQL", url, Path(folder), chosen.rows)


if __name__ == "__main__":
    main()
