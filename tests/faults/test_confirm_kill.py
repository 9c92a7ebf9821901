"""A confirmation that dies at its n-th statement, for every n, leaves a whole order or none."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.inventory import StockLevel
from app.entities.sales.order import SalesOrder
from app.extensions import db
from app.lowcode.principal import system
from app.rules.orders import OrderState
from tests.databases import dispose
from tests.faults.order_worker import KILLED, LINES, ORDERS, build
from tests.trade import check_books, make_order, make_product, make_warehouse

ROOT = Path(__file__).parents[2]


@pytest.fixture
def product(url: str, tmp_path: Path) -> Iterator[Flask]:
    app = build(url, tmp_path)
    with app.app_context(), system("test"):
        db.create_all()
        warehouse = make_warehouse(db.session)
        products = [
            make_product(db.session, warehouse, 10**6, name=f"产品 {n}") for n in range(LINES)
        ]
        for _ in range(ORDERS):
            make_order(db.session, warehouse, *((p, 1) for p in products))
        db.session.commit()
    yield app
    dispose(app)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are copied by fork")
def test_a_confirmation_that_is_killed_anywhere_is_whole_or_not_there(
    product: Flask, url: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tests.faults.order_worker", url, str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, check=True, timeout=300, capture_output=True, text=True
    )
    codes = [int(line) for line in done.stdout.split()]
    statements = codes.index(0)
    assert codes == [KILLED] * statements + [0] * (ORDERS - statements)
    assert statements > 2 * LINES  # each line is reserved and written
    with product.app_context(), system("test"):
        check_books(db.session())
        for order in db.session.scalars(select(SalesOrder).order_by(SalesOrder.id)):
            held = {line.reserved_quantity for line in order.lines}
            whole = (OrderState.CONFIRMED, {1}), (OrderState.DRAFT, {0})
            assert (order.state, held) == whole[order.id <= statements]
        reserved = set(db.session.scalars(select(StockLevel.reserved)))
        assert reserved == {ORDERS - statements}
