"""My day: everything of the person's own that is due, done with one click."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask

from app.entities.customers import Customer, Interaction
from app.entities.support import Ticket
from app.entities.types import now_utc
from app.entities.work import Task
from app.lowcode.fields.moments import today
from app.rules.work import DAYS_AHEAD, TASKS, TaskStatus
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


def saved(app: Flask, *rows: Any) -> list[int]:
    with inside(app) as session:
        session.add_all(rows)
        session.commit()
        return [row.id for row in rows]


@pytest.fixture
def busy(app: Flask, visitor: Visitors) -> tuple[Visitor, dict[str, int]]:
    """Somebody of the service with one overdue thing of each kind, and others that are not."""
    me, other = visitor("service", locale="en"), visitor("service")
    customer = Customer(name="示例客户")
    with app.app_context():
        yesterday = today() - timedelta(days=1)
    rows = {
        "task": Task(subject="task-late", assignee_id=me.user_id, due_date=yesterday),
        "task of other": Task(subject="task-other", assignee_id=other.user_id, due_date=yesterday),
        "step": Interaction(
            customer=customer,
            subject="talk",
            by_id=me.user_id,
            next_step="step-late",
            next_step_date=yesterday,
        ),
        "ticket": Ticket(
            customer=customer,
            subject="ticket-late",
            assignee_id=me.user_id,
            due_on=now_utc() - timedelta(days=2),
        ),
        "later": Task(
            subject="task-later",
            assignee_id=me.user_id,
            due_date=yesterday + timedelta(days=DAYS_AHEAD + 2),
        ),
        "soon": Task(
            subject="task-soon",
            assignee_id=me.user_id,
            due_date=yesterday + timedelta(days=DAYS_AHEAD + 1),
        ),
    }
    return me, dict(zip(rows, saved(app, *rows.values()), strict=True))


def test_what_is_due_stands_in_my_day_and_nothing_else(busy: Any) -> None:
    page = busy[0].get("/my-day/").text
    for title, is_there in {
        "task-late": True,
        "step-late": True,
        "ticket-late": True,
        "task-other": False,
        "task-later": False,
        "task-soon": True,
    }.items():
        assert (title in page) is is_there, title


def test_each_count_is_that_of_its_list(busy: Any) -> None:
    me, _rows = busy
    page = me.get("/my-day/").text
    links = re.findall(r'<a class="cell-link" href="(/[a-z-]+/)(\?[^"]+)">[^<]*? (\d+)</a>', page)
    assert len(links) == 4
    for path, query, count in links:
        lines = me.get(f"{path}{unescape(query)}").text
        assert re.search(rf'data-href="{path}\d+"', lines), path
        assert len(set(re.findall(rf'data-href="({path}\d+)"', lines))) == int(count), path


def test_one_click_finishes_a_task_and_a_next_step(app: Flask, busy: Any) -> None:
    me, rows = busy
    assert me.post(f"/my-day/done/tasks/{rows['task']}").location == "/my-day/"
    assert me.post(f"/my-day/done/interactions/{rows['step']}").location == "/my-day/"
    page = me.get("/my-day/").text
    assert "ticket-late" in page
    with inside(app) as session:
        assert session.get_one(Task, rows["task"]).status is TaskStatus.DONE
        assert session.get_one(Interaction, rows["step"]).next_step_done


def test_a_ticket_opens_the_dialog_for_its_solution(busy: Any) -> None:
    me, rows = busy
    assert 'action="/tickets/action/resolve"' in me.get("/my-day/").text
    assert me.post(f"/my-day/done/tickets/{rows['ticket']}").status_code == 404


def test_done_twice_is_said_and_harmless(app: Flask, busy: Any) -> None:
    me, rows = busy
    for _ in range(2):
        assert me.post(f"/my-day/done/tasks/{rows['task']}").status_code == 302
    with inside(app) as session:
        assert session.get_one(Task, rows["task"]).status is TaskStatus.DONE


def test_nobody_finishes_what_they_cannot_see(app: Flask, visitor: Visitors, busy: Any) -> None:
    _me, rows = busy
    stranger = visitor("warehouse")
    assert stranger.post(f"/my-day/done/tasks/{rows['task']}").status_code == 404
    assert stranger.post(f"/my-day/done/interactions/{rows['step']}").status_code == 403
    assert visitor().get("/my-day/").status_code == 403


@pytest.mark.parametrize("status", TaskStatus)
def test_a_task_is_acted_on_exactly_where_it_is_possible(
    app: Flask, visitor: Visitors, status: TaskStatus
) -> None:
    person = visitor("sales")
    for action in TASKS.actions:
        (key,) = saved(app, Task(subject="示例", assignee_id=person.user_id, status=status))
        possible = TASKS.may(action, status)
        page = person.get(f"/tasks/{key}").text
        assert (f'action="/tasks/action/{action}"' in page) is possible, action
        person.post(f"/tasks/action/{action}", rowid=str(key))
        with inside(app) as session:
            after = session.get_one(Task, key).status
        assert after is (TASKS.after(action, status) if possible else status), action


def test_a_new_task_is_the_writers_own(app: Flask, visitor: Visitors) -> None:
    person = visitor("warehouse")
    form = {"subject": "盘点", "priority": "normal", "assignee": str(person.user_id)}
    answer = person.post("/tasks/new", **form)
    assert answer.status_code == 302, answer.text
    key = int(answer.location.rsplit("/", 1)[1])
    with inside(app) as session:
        task = session.get_one(Task, key)
        assert (task.assignee_id, task.status) == (person.user_id, TaskStatus.TODO)
    assert visitor("warehouse").get(f"/tasks/{key}").status_code == 404
