"""How long the product takes to start, with as many screens as are asked for.

Screens beyond the product's own are made here: entities of twelve columns with owner and team,
list, form, filters, chart, board, import, export and REST API. Each start is a process of its own.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

STARTS = 5
_KEEP_NO_CODE = "PYTHONDONTWRITEBYTECODE"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--screens", type=int, default=60)
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        _start(asked.screens)
        return
    command = [sys.executable, "-m", "bench.startup", "--once", "--screens", str(asked.screens)]
    # As where the product runs: after its first start there, modules are kept compiled.
    known = {name: value for name, value in os.environ.items() if name != _KEEP_NO_CODE}
    lines = [
        # Our own module again, with a number.
        subprocess.check_output(command, env=known, text=True)  # noqa: S603
        for _start in range(1 + STARTS)
    ][1:]
    figures = [[float(figure) for figure in line.split()] for line in lines]
    screens, rules, wall, cpu, memory = (
        statistics.median(column) for column in zip(*figures, strict=True)
    )
    print(f"{screens:.0f} screens, {rules:,.0f} addresses, median of {STARTS} starts:")
    print(f"{wall:.2f} s, {cpu:.2f} s of CPU, {memory:.0f} MB")


def _start(wanted: int) -> None:
    """Print screens, addresses, seconds, seconds of CPU and MB of one start."""
    begun, spent = time.perf_counter(), time.process_time()
    from app import create_app, garbage
    from config import Settings

    with garbage.none_expected():  # as in `create_app`, which else would load these
        from app import models, views

        own = sum(hasattr(view, "datamodel") for area in views.MENU for view in area.views)
        extra = tuple(_screen(models, number) for number in range(wanted - own))
        views.MENU = (*views.MENU, views.Area("extra", "Extra", "box", extra))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            secret_key="bench-only-0f31c2d4e5968778",
            database_url=f"sqlite:///{folder}/kehu.db",
            var=Path(folder),
            job_threads=0,
        )
        app = create_app(settings)
        rules = sum(1 for _rule in app.url_map.iter_rules())
        print(
            own + len(extra),
            rules,
            time.perf_counter() - begun,
            time.process_time() - spent,
            _memory(),
        )


def _memory() -> float:
    status = Path("/proc/self/status").read_text("utf-8")
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes.split()[1]) / 1024


def _screen(models: Any, number: int) -> type[Any]:
    from sqlalchemy import Date, ForeignKey, Integer, String, Text
    from sqlalchemy.orm import mapped_column, relationship

    from app.entities.base import OWNED, Entity
    from app.entities.types import Money
    from app.lowcode.screens import Chart, EntityInterface, EntityView, Section

    def key(table: str) -> Any:
        return mapped_column(ForeignKey(f"{table}.id"), index=True)

    names = ["code", "title", "customer", "product", "owner", "amount", "due_on"]
    columns = {
        "scope": OWNED,
        "code_column": "code",
        "label_column": "title",
        "code": mapped_column(String(32), unique=True),
        "title": mapped_column(String(100), index=True),
        "customer_id": key("customer"),
        "product_id": key("product"),
        "owner_id": key("ab_user"),
        "team_id": key("team"),
        "region_id": key("region"),
        "amount": mapped_column(Money),
        "pieces": mapped_column(Integer),
        "due_on": mapped_column(Date, index=True),
        "phone": mapped_column(String(40)),
        "notes": mapped_column(Text, info={"format": "multiline"}),
    }
    entity: Any = type(f"Extra{number}", (Entity,), {"__module__": __name__, **columns})
    for name, target in (
        ("customer", models.Customer),
        ("product", models.Product),
        ("owner", models.User),
        ("team", models.Team),
        ("region", models.Region),
    ):
        column = getattr(entity, f"{name}_id")
        setattr(entity, name, relationship(target, foreign_keys=[column]))
    declared = {
        "__module__": __name__,
        "datamodel": EntityInterface(entity),
        "icon": "box",
        "list_columns": names,
        "quick_search": ["code", "title"],
        "filters": [*names[2:], "team", "region", "pieces", "created_on"],
        "base_order": ("code", "asc"),
        "form": [Section("Extra", names), Section("More", ["pieces", "phone", "notes"])],
        "layouts": [Chart("due_on"), Chart("owner")],
        "match_keys": ["code"],
    }
    return type(f"Extra{number}View", (EntityView,), declared)


if __name__ == "__main__":
    main()
