"""Everything of a leaving colleague goes to others on one page, and what is closed stays."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from app.entities.customers import Customer
from app.entities.sales.lead import Lead
from app.entities.system.audit import AuditEntry
from app.entities.system.organization import Team
from app.entities.system.ownership import OwnershipChange
from app.entities.system.user import User
from app.entities.work import Task
from app.rules.leads import LeadStatus
from app.rules.work import TaskStatus
from tests.callers import inside
from tests.factories import make_user
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def people(app: Flask) -> dict[str, int]:
    with inside(app) as session:
        chief = make_user(session, "sales_manager", name="Chief")
        leaver = make_user(session, "sales", name="Leaver", reports_to=chief)
        heir = make_user(session, "sales", name="Heir", reports_to=leaver)
        second = make_user(session, "sales", name="Second", reports_to=leaver)
        session.add_all(
            [
                Customer(name="kept together", owner=leaver),
                Lead(name="open", owner=leaver),
                Lead(name="gone", owner=leaver, status=LeadStatus.DISQUALIFIED),
                Task(subject="open", assignee=leaver),
                Task(subject="done", assignee=leaver, status=TaskStatus.DONE),
                Team(code="T", name="Team of leaver", manager=leaver),
            ]
        )
        session.flush()
        named = {"chief": chief, "leaver": leaver, "heir": heir, "second": second}
        return {name: user.id for name, user in named.items()}


def holders(session: Any, model: Any, label: str, key: str) -> dict[str, int | None]:
    return dict(session.execute(select(getattr(model, label), getattr(model, key))).all())


def test_the_page_counts_what_is_open(
    app: Flask, visitor: Visitors, people: dict[str, int]
) -> None:
    boss = visitor("administrator", locale="en")
    offered = boss.post("/users/action/hand_over_all", rowid=people["leaver"])
    page = boss.get(offered.location).text
    for text in ("Customers (1)", "Open leads (1)", "Open tasks (1)", "Teams managed (1)"):
        assert text in page, text
    assert "People reporting to them (2)" in page
    assert "Open deals" not in page


def test_everything_goes_to_one_and_each_kind_may_go_elsewhere(
    app: Flask, visitor: Visitors, people: dict[str, int]
) -> None:
    boss = visitor("administrator", locale="en")
    sent = {"everything": people["heir"], "to_tasks": people["second"], "reason": "retires"}
    answer = boss.post(f"/handover/{people['leaver']}", **sent, deactivate=1)
    assert answer.status_code == 302, answer.text
    assert "Customers: 1 handed over to Heir." in boss.get(answer.location).text
    with inside(app) as session:
        heir, second, leaver = people["heir"], people["second"], people["leaver"]
        assert holders(session, Customer, "name", "owner_id") == {"kept together": heir}
        assert holders(session, Lead, "name", "owner_id") == {"open": heir, "gone": leaver}
        assert holders(session, Task, "subject", "assignee_id") == {"open": second, "done": leaver}
        assert holders(session, Team, "name", "manager_id") == {"Team of leaver": heir}
        above = holders(session, User, "name", "reports_to_id")
        assert (above["Heir"], above["Second"]) == (people["chief"], heir)
        assert session.get_one(User, leaver).active is False
        reasons = session.scalars(select(OwnershipChange.reason)).all()
        assert reasons == ["retires"] * 3


@pytest.mark.parametrize("who", ["leaver", "gone", None])
def test_nothing_is_done_where_nobody_can_take_over(
    app: Flask, visitor: Visitors, people: dict[str, int], who: str | None
) -> None:
    with inside(app) as session:
        people["gone"] = make_user(session, active=False).id
    boss = visitor("administrator", locale="en")
    answer = boss.post(
        f"/handover/{people['leaver']}", everything=people[who] if who else "", deactivate=1
    )
    assert answer.status_code == 422
    with inside(app) as session:
        assert session.scalar(select(func.count(OwnershipChange.id))) == 0
        assert session.get_one(User, people["leaver"]).active is True


def test_without_the_right_the_page_is_closed(
    app: Flask, visitor: Visitors, people: dict[str, int]
) -> None:
    manager = visitor("sales_manager")
    assert manager.get(f"/handover/{people['leaver']}").status_code == 403
    answer = manager.post(f"/handover/{people['leaver']}", everything=people["heir"])
    assert answer.status_code == 403


def test_ten_thousand_rows_go_at_once(
    app: Flask, visitor: Visitors, people: dict[str, int]
) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        rows = [
            {"name": f"c{n}", "code": f"C{n}", "name_key": f"c{n}", "owner_id": people["leaver"]}
            for n in range(10_000)
        ]
        session.execute(insert(Customer), rows)
    begun = perf_counter()
    answer = boss.post(f"/handover/{people['leaver']}", everything=people["heir"])
    assert answer.status_code == 302
    assert perf_counter() - begun < 30
    with inside(app) as session:
        mine = select(func.count(Customer.id)).where(Customer.owner_id == people["heir"])
        assert session.scalar(mine) == 10_001
        told = select(func.count(AuditEntry.id)).where(
            AuditEntry.entity == "Customer", AuditEntry.action == "update"
        )
        assert session.scalar(told) == 10_001
