"""An office at work: people who read, save and export at once, against the real server.

writers   eight save and twenty read without a pause
export    twenty save, first alone, then beside two who export all customers again and again
office    fifty people with a second between two pages: 70 % read, 25 % save, 5 % export

    python -m bench.office --data FOLDER [--database KIND] [--seconds 60] [--workers 2] [PART …]
"""

import argparse
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote

from sqlalchemy import select

from app import models
from app.extensions import db
from app.lowcode.principal import system
from app.services.system.accounts import create_api_key
from bench.load import SECRET_KEY, load, product
from tests.databases import postgresql_server

PORT = 8497
PEOPLE = 50
#: seconds; the server closes what was idle for ten
KEPT_OPEN = 8
ROOT = Path(__file__).parents[1]
#: for each person a key and the numbers of customers of their team
Staff = list[tuple[str, list[int]]]
#: what one narrows an export to, so that it has about a tenth of the rows
EXPORT = "/customers/export.csv?f.tier=vip&f.lifecycle_stage=repeat"


@dataclass
class Told:
    """What was seen from outside: seconds by kind of request, and what was refused."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: list[tuple[str, int]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, seconds: float, status: int) -> None:
        with self.lock:
            self.times[kind].append(seconds)
            if status >= 400:
                self.refused.append((kind, status))

    def __str__(self) -> str:
        parts = []
        for kind, times in sorted(self.times.items()):
            cuts = [each * 1000 for each in quantiles(times, n=100)] if len(times) > 1 else [0] * 99
            parts.append(
                f"{kind} {len(times)}: p50 {cuts[49]:.0f}, p95 {cuts[94]:.0f}, "
                f"p99 {cuts[98]:.0f} ms"
            )
        return "; ".join(parts) + f"; refused {len(self.refused)} {self.refused[:3] or ''}"


class Worker:
    """One person with a key and a connection."""

    def __init__(self, key: str, customers: list[int], told: Told, seed: int) -> None:
        self._headers = {"Authorization": f"Bearer {key}"}
        self._told, self._customers = told, customers
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self._connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
        self._used = time.monotonic()

    def _call(self, kind: str, method: str, path: str, body: object = None) -> bytes:
        if time.monotonic() - self._used > KEPT_OPEN:
            self._connection.close()  # the next request opens it again
        headers, start = dict(self._headers), time.monotonic()
        if body is not None:
            headers["Content-Type"] = "application/json"
        self._connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        self._used = time.monotonic()
        self._told.note(kind, self._used - start, answer.status)
        return content

    def read(self) -> None:
        customer = self._chance.choice(self._customers)
        pages = ["/customers/", f"/customers/?page={self._chance.randint(1, 40)}", "/deals/"]
        pages += [
            f"/customers/{customer}",
            "/customers/?f.tier=vip",
            f"/customers/?q={quote('华瑞')}",
        ]
        self._call("read", "GET", self._chance.choice(pages))

    def save(self) -> None:
        key = self._chance.choice(self._customers)
        row = json.loads(self._call("look", "GET", f"/api/v1/customers/{key}"))
        # The files' tax numbers have made-up check characters.
        body = {"version": row["version"], "needs": f"{self._chance.random()}", "tax_number": None}
        self._call("save", "PATCH", f"/api/v1/customers/{key}", body)

    def export(self) -> None:
        self._call("export", "GET", EXPORT)

    def anything(self) -> None:
        time.sleep(self._chance.expovariate(1))
        self._chance.choices([self.read, self.save, self.export], [70, 25, 5])[0]()


def together(work: list[Callable[[], None]], seconds: float) -> None:
    """Everybody goes on with their work until the time is over."""
    end = time.monotonic() + seconds

    def keep_on(step: Callable[[], None]) -> None:
        while time.monotonic() < end:
            step()

    threads = [threading.Thread(target=keep_on, args=(step,)) for step in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def serving(url: str, folder: Path, workers: int) -> Iterator[int]:
    """The real server; gives its process number."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "KEHU_VAR": str(folder),
        "SECRET_KEY": SECRET_KEY,
    }
    command = [sys.executable, "-m", "flask", "--app", "app", "serve", "--port", str(PORT)]
    if workers > 1:
        command += ["--workers", str(workers)]
    server = subprocess.Popen(  # noqa: S603 - a command of ours
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        while True:
            time.sleep(0.2)
            try:
                http.client.HTTPConnection("127.0.0.1", PORT, timeout=5).connect()
                break
            except OSError:
                assert server.poll() is None, "the server did not start"
        yield server.pid
    finally:
        server.terminate()
        server.wait(30)


def memory(pid: int) -> float:
    """Megabytes held by a process and its children, shared pages counted once."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for each in [pid, *map(int, children)]:
        lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def staff_of(url: str, folder: Path) -> Staff:
    """Fifty sales managers: a key for each, and customers of their team."""
    app = product(url, folder)
    with app.app_context(), system("bench"):
        people = db.session.scalars(
            select(models.User).where(models.User.roles.any(name="sales_manager")).limit(PEOPLE)
        ).all()
        staff = [
            (
                create_api_key(db.session, one, "bench", one.roles[0]),
                list(
                    db.session.scalars(
                        select(models.Customer.id)
                        .where(models.Customer.team_id == one.team_id)
                        .limit(1000)
                    )
                ),
            )
            for one in people
        ]
        db.session.commit()
        db.engine.dispose()
    return staff


def people(staff: Staff, told: Told) -> list[Worker]:
    return [Worker(key, own, told, number) for number, (key, own) in enumerate(staff)]


def writers(staff: Staff, seconds: float, _server: int) -> None:
    told = Told()
    busy = people(staff, told)
    together([*(w.save for w in busy[:8]), *(w.read for w in busy[8:28])], seconds)
    print(f"8 save, 20 read: {told}", flush=True)


def export(staff: Staff, seconds: float, _server: int) -> None:
    for exporting in (0, 2):
        told = Told()
        busy = people(staff, told)
        steps = [*(w.save for w in busy[:20]), *(w.export for w in busy[20 : 20 + exporting])]
        together(steps, seconds / 2)
        print(f"20 save, {exporting} export: {told}", flush=True)


def office(staff: Staff, seconds: float, server: int) -> None:
    """Also what the server holds, at ten moments: the first of them while all is still cold."""
    told, held = Told(), [memory(server)]
    workers = people(staff, told)
    for _moment in range(10):
        together([worker.anything for worker in workers], seconds / 10)
        held.append(memory(server))
    print(f"office of {PEOPLE}: {told}", flush=True)
    print(f"memory in MB: {', '.join(f'{each:.0f}' for each in held)}", flush=True)


PARTS: dict[str, Callable[[Staff, float, int], None]] = {
    "writers": writers,
    "export": export,
    "office": office,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", required=True, type=Path, help="folder of the CSV files")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; else all")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if chosen.database == "sqlite":
            url = f"sqlite:///{folder / 'kehu.db'}"
        else:
            address = stack.enter_context(postgresql_server())
            url = address.replace("postgresql://", "postgresql+psycopg://", 1)
        load(url, chosen.data, "only for measuring 71")
        staff = staff_of(url, folder)
        pid = stack.enter_context(serving(url, folder, chosen.workers))

        print(
            f"{chosen.database}, {chosen.data.name} customers, {chosen.workers} workers", flush=True
        )
        for part in chosen.parts or PARTS:
            PARTS[part](staff, chosen.seconds, pid)


if __name__ == "__main__":
    main()
