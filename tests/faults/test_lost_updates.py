"""Two people save the same record at the same moment, two hundred times: one wins, one is told."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.entities.customers import Customer
from app.entities.system.audit import AuditEntry
from tests.callers import Caller, inside

pytestmark = pytest.mark.usefixtures("database")

RACES = 200


def test_nobody_overwrites_what_another_saved_meanwhile(app: Flask) -> None:
    people = [Caller(app, "administrator") for _ in range(2)]
    key = people[0].post("customers", name="both edit it").json["id"]
    outcomes: Counter[tuple[int, ...]] = Counter()
    with ThreadPoolExecutor(len(people)) as pool:
        for race in range(RACES):
            version = people[0].get(f"customers/{key}").json["version"]
            saves = [
                pool.submit(partial(person.patch, f"customers/{key}", notes=note, version=version))
                for person, note in zip(people, (f"{race} a", f"{race} b"), strict=True)
            ]
            answers = [save.result() for save in saves]
            outcomes[tuple(sorted(answer.status_code for answer in answers))] += 1
            (won,) = [answer.json for answer in answers if answer.status_code == 200]
            kept = people[0].get(f"customers/{key}").json
            assert (kept["notes"], kept["version"]) == (won["notes"], version + 1)
    assert outcomes == {(200, 409): RACES}
    with inside(app) as session:
        changes = select(func.count()).where(
            AuditEntry.entity == Customer.__name__, AuditEntry.action == "update"
        )
        assert session.scalar(changes) == RACES
