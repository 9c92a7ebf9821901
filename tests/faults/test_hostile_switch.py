"""Two thousand requests of four people whose threads give way a million times a second."""

import sys
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Contact, Customer
from tests.callers import Caller, inside

pytestmark = pytest.mark.usefixtures("database")

PEOPLE, TURNS = 4, 250


@pytest.fixture
def hostile_switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_nobody_gets_or_writes_what_is_another_one_s(app: Flask, hostile_switching: None) -> None:
    people = [Caller(app, "sales", locale="en") for _ in range(PEOPLE)]
    with inside(app) as session:
        customers = [Customer(name=f"Of {p.user_id}", owner_id=p.user_id) for p in people]
        session.add_all(customers)
        session.flush()
        keys = [customer.id for customer in customers]
    wrong: list[str] = []

    def work(person: Caller, customer: int) -> None:
        for turn in range(TURNS):
            read = person.get("customers", q=f"Of {person.user_id}" if turn % 2 else "Of").json
            if [row["id"] for row in read["result"]] != [customer]:
                wrong.append(f"{person.user_id} read {read}")
            name = f"{person.user_id} {turn}"
            made = person.post("contacts", name=name, customer=customer)
            if made.status_code != 201:
                wrong.append(f"{person.user_id} wrote {made.text}")

    run_at_once([lambda pair=pair: work(*pair) for pair in zip(people, keys, strict=True)])
    assert wrong == []
    with inside(app) as session:
        found = session.execute(select(Contact.name, Contact.customer_id, Contact.created_by_id))
        contacts = [tuple(row) for row in found]
    expected = {person.user_id: key for person, key in zip(people, keys, strict=True)}
    assert len(contacts) == PEOPLE * TURNS
    assert [
        row
        for row in contacts
        if (row[1], row[2]) != (expected[int(row[0].split()[0])], int(row[0].split()[0]))
    ] == []


def run_at_once(tasks: list[Callable[[], None]]) -> None:
    threads = [Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
