"""Processes that confirm an order each and die before their n-th statement.

python -m tests.faults.order_worker DATABASE_URL FOLDER

Prints one line for each n: the code its process ended with.
"""

import os
import sys
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from app import create_app
from app.extensions import db
from app.lowcode.principal import system
from app.models import SalesOrder
from app.services.sales import fulfilment
from config import Settings

LINES = 3
#: more than a confirmation has statements
ORDERS = 60
KILLED = 9


def build(url: str, folder: Path) -> Flask:
    """The product on an existing database."""
    return create_app(
        Settings(secret_key="faults-41c09be2d7a65f38", database_url=url, var=folder, job_threads=0)
    )


def confirm(app: Flask, number: int) -> None:
    """Confirm the `number`-th order; the process ends before the `number`-th statement of it."""
    statements = 0

    def count(*_unused: Any) -> None:
        nonlocal statements
        statements += 1
        if statements == number:
            os._exit(KILLED)

    with app.app_context(), system("worker"):
        event.listen(db.engine, "before_cursor_execute", count)
        # The commit counts as well: what is killed before it never happened.
        event.listen(db.engine, "commit", count)
        order = db.session.get_one(SalesOrder, number)
        fulfilment.confirm_orders(db.session(), [order], payment_days=30)
        db.session.commit()


def run(app: Flask) -> None:
    for number in range(1, ORDERS + 1):
        # Built once; no connection is open yet that two processes could share.
        child = os.fork()
        if child == 0:
            confirm(app, number)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    url, folder = sys.argv[1:]
    run(build(url, Path(folder)))
