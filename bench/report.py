"""Measure the product beside others and write the tables of `docs/performance.md` anew.

python -m bench.report --harness FOLDER           # measure everything, then write
python -m bench.report --harness FOLDER --sizes 10k --databases pg
python -m bench.report                            # write from the results that are there
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "performance.md"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"

OURS, FLOOR = "kehu", "floor"
#: PostgreSQL has them all; the floor is written for it alone
PEERS = {
    "pg": [OURS, FLOOR, "fab", "flask_admin", "django_unfold"],
    "sqlite": [OURS, "fab", "flask_admin", "django_unfold"],
}
DATABASES = {"pg": "PostgreSQL", "sqlite": "SQLite"}
SIZES = {"pg": ["10k", "100k", "1m"], "sqlite": ["10k", "100k"]}
LABELS = {
    OURS: "Kehu",
    FLOOR: "Floor",
    "fab": "Flask-AppBuilder",
    "flask_admin": "Flask-Admin",
    "django_unfold": "Django + Unfold",
}
PAGES = {
    "list": "List, page 1",
    "list_deep": "List, deep page",
    "list_sort": "List by credit limit",
    "filter_tier": "Filter by tier",
    "search_rare": "Search, rare word",
    "search_common": "Search, common word",
    "detail": "Record, 10 contacts, 10 deals",
    "edit": "Edit form",
    "deal_edit": "Form with customer picker",
    "create": "Create",
    "export": "CSV of 10,000 rows",
}
#: how many times the floor a page may take
AIMS = dict.fromkeys(PAGES, 3) | dict.fromkeys(("detail", "edit", "create", "export"), 5)
#: requests of a side for a page in each round
EACH_ROUND = 20
#: how many times as long a page may take at a million rows as at ten thousand
GROWTH = 1.5
GROWS = ["list", "filter_tier", "deal_edit", "detail"]

Results = dict[str, dict[str, Any]]


def measure(
    harness: Path, folder: Path, sizes: Iterable[str], databases: Iterable[str], budget: float
) -> None:
    """Run the harness for all sides of each size together; they take turns request by request.

    Whose turn comes after that of a slow side finds the processor's memory full of what that one
    did, and takes some 5 % longer. So they go around in several orders (`orders`). `budget`:
    seconds for a page of one side in each phase and round; slow pages get fewer requests.
    """
    for database in databases:
        for size in (size for size in SIZES[database] if size in sizes):
            for number, order in enumerate(orders(PEERS[database])):
                known = {
                    **os.environ,
                    "BENCH_ADAPTERS": str(HERE),
                    "BENCH_RESULTS": str(folder / f"round-{number}"),
                    "PYTHONDONTWRITEBYTECODE": "1",
                }
                command = [sys.executable, str(harness / "run.py"), "--db", database]
                command += ["--size", size, "--peer", ",".join(order), "--n", str(EACH_ROUND)]
                command += ["--budget", str(budget)]
                # Eight connections at once are kept busy by each side alone: once is enough.
                command += ["--load", "0"] if number else []
                subprocess.run(command, env=known, check=True)  # noqa: S603 - a command of ours


def orders(sides: list[str]) -> list[list[str]]:
    """In what order they take turns in each round: of a prime number of sides each comes once
    after each of the others, of other numbers about as often."""
    size = len(sides)
    prime = next(n for n in itertools.count(size) if all(n % d for d in range(2, n)))
    steps = [[place * step % prime for place in range(prime)] for step in range(1, prime)]
    return [[sides[place] for place in places if place < size] for places in steps]


def read(folder: Path, database: str, size: str) -> Results:
    """Side → what was measured of it: in all rounds, or in the one that there is."""
    found: Results = {}
    for round_ in sorted(folder.glob("round-*")) or [folder]:
        for side in PEERS[database]:
            path = round_ / f"{database}-{size}-{side}.json"
            if not path.is_file():
                continue
            said = json.loads(path.read_text(encoding="utf-8"))
            first = found.setdefault(side, said)
            for page, one in said["ops"].items():
                first["ops"].setdefault(page, one).setdefault("rounds", []).append(one)
    for said in found.values():
        for one in said["ops"].values():
            _put_together(one)
    return found


def _put_together(one: dict[str, Any]) -> None:
    """Of all rounds: the mean of what they found; what else is known is of the first one."""
    rounds = one.pop("rounds")
    if wrong := next((said for said in rounds if "error" in said or "p50" not in said), None):
        one["error"] = wrong.get("error", "not measured")
        return
    for name in ("p50", "p95"):
        one[name] = statistics.mean([said[name] for said in rounds])


def tables(results: Path) -> str:
    """All tables as Markdown."""
    parts = []
    for database, name in DATABASES.items():
        for size in SIZES[database]:
            found = read(results, database, size)
            if OURS in found:
                parts += [f"### {name}, {size} customers\n", _latency(found), _load(found)]
                parts += [_weight(found, database)]
    sizes = {size: read(results, "pg", size) for size in SIZES["pg"]}
    if all(OURS in found for found in sizes.values()):
        parts += ["### Growth\n", _growth(sizes)]
    parts += ["### Not met\n", _missed(results)]
    return "\n".join(parts)


def _latency(found: Results) -> str:
    floor = found.get(FLOOR)

    def cell(side: str, page: str) -> str:
        one = _op(found, side, page)
        if one is None:
            return "–"
        below = _op(found, FLOOR, page) if floor and side != FLOOR else None
        times = f" ({one['p50'] / below['p50']:.1f}×)" if below else ""
        return f"{_ms(one['p50'])} / {_ms(one['p95'])}{times}"

    head = "p50 / p95 in ms" + (", times the floor" if floor else "")
    return _table(head, found, PAGES, cell)


def _load(found: Results) -> str:
    def cell(side: str, page: str) -> str:
        one = _op(found, side, page)
        if one is None or "rps" not in one:
            return "–"
        errors = f", {one['load_errors']} errors" if one.get("load_errors") else ""
        return f"{one['rps']:.0f}{errors}"

    pages = [page for page in PAGES if "rps" in (_op(found, OURS, page) or {})]
    return _table("requests per second, 8 connections", found, pages, cell)


def _weight(found: Results, database: str) -> str:
    def cell(side: str, page: str) -> str:
        one = _op(found, side, page)
        if one is None:
            return "–"
        statements = f"{one['sql_n']:g} · " if "sql_n" in one else ""
        return f"{statements}{one['bytes'] / 1024:,.0f} KB"

    head = "statements · size of the answer" if database == "pg" else "size of the answer"
    text = _table(head, found, [page for page in PAGES if page != "create"], cell)
    memory = {side: one["mem_end"]["pss_mb"] for side, one in found.items() if one.get("mem_end")}
    told = ", ".join(f"{LABELS[side]} {size:.0f} MB" for side, size in memory.items())
    return f"{text}\nMemory of all processes after the run (PSS): {told}.\n"


def _growth(sizes: dict[str, Results]) -> str:
    rows = []
    for page in GROWS:
        small, large = (_op(sizes[size], OURS, page) for size in ("10k", "1m"))
        if small and large:
            times = large["p50"] / small["p50"]
            rows.append([PAGES[page], _ms(small["p50"]), _ms(large["p50"]), f"{times:.2f}×"])
    return _markdown(["p50 in ms", "10k", "1m", f"aim ≤ {GROWTH}×"], rows)


def _missed(results: Path) -> str:
    """What is over its aim, or behind another side of the same run."""
    lines = []
    for database, name in DATABASES.items():
        for size in SIZES[database]:
            found = read(results, database, size)
            for page, label in PAGES.items():
                ours, floor = _op(found, OURS, page), _op(found, FLOOR, page)
                if ours is None:
                    continue
                where = f"{name} {size}, {label.lower()}"
                if floor and ours["p50"] > AIMS[page] * floor["p50"]:
                    times = ours["p50"] / floor["p50"]
                    lines.append(f"- {where}: {times:.1f}× the floor, the aim is {AIMS[page]}×.")
                for side in found.keys() - {OURS, FLOOR}:
                    other = _op(found, side, page)
                    if other and other["p50"] < ours["p50"]:
                        told = f"{_ms(other['p50'])} ms against {_ms(ours['p50'])}"
                        lines.append(f"- {where}: {LABELS[side]} is faster, {told}.")
    return "\n".join(lines or ["Nothing: all pages are within their aims."]) + "\n"


def _op(found: Results, side: str, page: str) -> dict[str, Any] | None:
    """What was measured; None where it has no such page or the answer was wrong."""
    one: dict[str, Any] | None = found.get(side, {}).get("ops", {}).get(page)
    return one if one and "p50" in one and "error" not in one else None


def _ms(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _table(head: str, found: Results, pages: Iterable[str], cell: Callable[[str, str], str]) -> str:
    sides = list(found)
    rows = [[PAGES[page], *(cell(side, page) for side in sides)] for page in pages]
    return _markdown([head, *(LABELS[side] for side in sides)], rows)


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write(results: Path) -> None:
    """Put the tables between the marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, _mark, rest = text.partition(BEGIN)
    _old, _mark, after = rest.partition(END)
    assert _old, f"{PAGE} has no marks"
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables(results)}\n{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--harness", type=Path, help="folder of the harness: measure first")
    parser.add_argument("--results", type=Path, default=Path("var/bench"))
    parser.add_argument("--sizes", default="10k,100k,1m")
    parser.add_argument("--databases", default="pg,sqlite")
    parser.add_argument("--budget", type=float, default=8.0)
    chosen = parser.parse_args()
    results = chosen.results.resolve()
    results.mkdir(parents=True, exist_ok=True)
    if chosen.harness:
        sizes, databases = chosen.sizes.split(","), chosen.databases.split(",")
        measure(chosen.harness.resolve(), results, sizes, databases, chosen.budget)
    write(results)


if __name__ == "__main__":
    main()
