"""Tickets, surveys and satisfaction as people use them; every shown figure is its list's count."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Customer
from app.entities.support import Survey, SurveyResponse, Ticket
from app.entities.types import now_utc
from app.rules.support import TICKETS, TicketStatus, TicketType
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
#: what the dialog of an action asks for
INPUTS = {
    "resolve": {"asked": "1", "solution": "已更换电源"},
    "rate": {"asked": "1", "rating": "4", "rating_comment": ""},
}
RATED = {TicketStatus.RESOLVED, TicketStatus.CLOSED}


def saved(app: Flask, *rows: Any) -> list[int]:
    with inside(app) as session:
        session.add_all(rows)
        session.commit()
        return [row.id for row in rows]


def ticket_of(app: Flask, **values: Any) -> int:
    customer = values.pop("customer", None) or Customer(name="示例科技")
    (key,) = saved(app, Ticket(**{"subject": "示例工单", "customer": customer, **values}))
    return key


def status_of(app: Flask, key: int) -> str:
    with inside(app) as session:
        return str(session.get_one(Ticket, key).status.value)


@pytest.mark.parametrize("status", TicketStatus)
def test_an_action_is_offered_and_done_exactly_where_it_is_possible(
    app: Flask, visitor: Visitors, status: TicketStatus
) -> None:
    saved(app, Survey(name="示例问卷", is_for_tickets=True))
    agent = visitor("service")
    for action in (*TICKETS.actions, "rate"):
        key = ticket_of(app, status=status)
        possible = status in RATED if action == "rate" else TICKETS.may(action, status)
        page = agent.get(f"/tickets/{key}").text
        assert (f'action="/tickets/action/{action}"' in page) is possible, action
        answer = agent.post(f"/tickets/action/{action}", rowid=str(key), **INPUTS.get(action, {}))
        after = status.value
        if possible and action != "rate":
            after = TICKETS.after(action, status).value
        assert status_of(app, key) == after, action
        with inside(app) as session:
            rated = session.get_one(Ticket, key).rating
        assert rated == (4 if possible and action == "rate" else None), action
        assert answer.status_code in ({302} if possible else {302, 409, 422}), action


def test_resolving_asks_for_the_solution_first(app: Flask, visitor: Visitors) -> None:
    key = ticket_of(app)
    agent = visitor("service")
    asked = agent.post("/tickets/action/resolve", rowid=str(key))
    assert asked.status_code == 200
    assert 'name="solution"' in asked.text
    empty = agent.post("/tickets/action/resolve", rowid=str(key), asked="1", solution=" ")
    assert empty.status_code == 422
    assert status_of(app, key) == "new"
    agent.post("/tickets/action/resolve", rowid=str(key), asked="1", solution="已解决")
    with inside(app) as session:
        ticket = session.get_one(Ticket, key)
        assert (ticket.status.value, ticket.solution) == ("resolved", "已解决")
        assert ticket.resolved_on is not None


@pytest.mark.parametrize("old", TicketStatus)
def test_a_card_is_dropped_where_an_action_leads_and_nowhere_else(
    app: Flask, visitor: Visitors, old: TicketStatus
) -> None:
    agent = visitor("service")
    reachable = {TICKETS.after(a, old) for a in TICKETS.actions if TICKETS.may(a, old)}
    for new in TicketStatus:
        key = ticket_of(app, status=old, solution="已更换")
        answer = agent.post_raw(
            "/tickets/move/status",
            json={"id": key, "value": new.value, "version": 1},
            headers={"X-CSRFToken": agent.token()},
        )
        if new is old:
            continue
        assert answer.status_code == (200 if new in reachable else 422), new
        assert status_of(app, key) == (new if new in reachable else old).value


def test_a_card_is_not_resolved_without_a_solution(app: Flask, visitor: Visitors) -> None:
    key = ticket_of(app, status=TicketStatus.OPEN)
    agent = visitor("service")
    answer = agent.post_raw(
        "/tickets/move/status",
        json={"id": key, "value": "resolved", "version": 1},
        headers={"X-CSRFToken": agent.token()},
    )
    assert answer.status_code == 422
    assert status_of(app, key) == "open"


def test_who_may_edit_but_not_act_moves_no_card(app: Flask, visitor: Visitors) -> None:
    seller = visitor("sales")
    key = ticket_of(app, customer=Customer(name="示例", owner_id=seller.user_id))
    assert seller.get(f"/tickets/{key}/edit").status_code == 200
    answer = seller.post_raw(
        "/tickets/move/status",
        json={"id": key, "value": "open", "version": 1},
        headers={"X-CSRFToken": seller.token()},
    )
    assert answer.status_code == 422
    assert seller.post("/tickets/action/start", rowid=str(key)).status_code == 403
    assert status_of(app, key) == "new"


def test_the_form_of_a_ticket_cannot_skip_its_states(app: Flask, visitor: Visitors) -> None:
    key = ticket_of(app)
    agent = visitor("service")
    form = agent.get(f"/tickets/{key}/edit").text
    assert 'name="subject"' in form
    assert 'name="status"' not in form


def test_a_rating_is_seen_in_satisfaction(app: Flask, visitor: Visitors) -> None:
    saved(app, Survey(name="示例问卷", is_for_tickets=True))
    key = ticket_of(app, status=TicketStatus.RESOLVED, type=TicketType.COMPLAINT)
    agent = visitor("service", locale="en")
    form = {"asked": "1", "rating": "1", "rating_comment": "等了三天"}
    assert agent.post("/tickets/action/rate", rowid=str(key), **form).status_code == 302
    page = agent.get("/satisfaction/").text
    assert "等了三天" in page
    assert page.count(">Too few answers<") == 2, "on the two tiles with a score, in no table"
    assert "fewer than 5 answers" in page
    with inside(app) as session:
        answer = session.scalars(select(SurveyResponse)).one()
        assert (answer.csat, answer.ticket_id) == (1, key)


def test_a_rating_is_one_of_five_buttons(app: Flask, visitor: Visitors) -> None:
    key = ticket_of(app, status=TicketStatus.RESOLVED)
    dialog = visitor("service").post("/tickets/action/rate", rowid=str(key)).text
    offered = re.findall(r'type="radio" name="rating" value="([^"]*)"( checked)?', dialog)
    assert offered == [(str(step), "") for step in range(1, 6)]


def test_an_answer_may_be_left_out_and_taken_back(app: Flask, visitor: Visitors) -> None:
    survey, customer = saved(app, Survey(name="示例问卷"), Customer(name="示例科技"))
    agent = visitor("administrator")
    offered = re.findall(
        r'type="radio" name="nps" value="([^"]*)"( checked)?',
        agent.get("/survey-responses/new").text,
    )
    assert offered == [*((str(step), "") for step in range(11)), ("", " checked")]
    told = {
        "survey": survey,
        "customer": customer,
        "mode": "phone",
        "answered_on": "2026-03-02 10:00",
    }
    agent.post("/survey-responses/new", **told, csat="4", nps="9")
    with inside(app) as session:
        answer = session.scalars(select(SurveyResponse)).one()
        key, version = answer.id, answer.version
        assert (answer.csat, answer.nps) == (4, 9)
    page = agent.get(f"/survey-responses/{key}/edit").text
    assert 'name="nps" value="9" checked' in page
    agent.post(f"/survey-responses/{key}/edit", **told, csat="4", nps="", version=version)
    with inside(app) as session:
        assert session.scalars(select(SurveyResponse.nps)).one() is None


def test_deleting_an_answer_takes_its_rating_off_the_ticket(app: Flask, visitor: Visitors) -> None:
    saved(app, Survey(name="示例问卷", is_for_tickets=True))
    key = ticket_of(app, status=TicketStatus.RESOLVED)
    agent = visitor("service")
    agent.post("/tickets/action/rate", rowid=str(key), **INPUTS["rate"])
    with inside(app) as session:
        answer = session.scalars(select(SurveyResponse.id)).one()
    assert agent.post(f"/survey-responses/{answer}/delete").status_code == 302
    with inside(app) as session:
        assert session.get_one(Ticket, key).rating is None
    assert agent.post("/bin-entries/1/undo").status_code == 302
    with inside(app) as session:
        assert session.get_one(Ticket, key).rating == 4


@pytest.fixture
def answers(app: Flask, visitor: Visitors) -> None:
    """Answers of the last months about tickets and without, with and without an agent."""
    agents = [visitor("service", name=f"演示 {n}").user_id for n in range(2)]
    survey, customer = Survey(name="示例问卷"), Customer(name="示例")
    rows = []
    for n in range(60):
        kind = [*TicketType, None][n % 6]
        rows.append(
            SurveyResponse(
                survey=survey,
                customer=customer,
                ticket=Ticket(subject="示例", customer=customer, type=kind) if kind else None,
                agent_id=[*agents, None][n % 3],
                answered_on=now_utc() - timedelta(days=6 * n),
                csat=None if n % 7 == 0 else 1 + n % 5,
                nps=n % 11 if n % 7 == 0 or n % 2 else None,
            )
        )
    saved(app, *rows)


#: a figure of a table or tile with its list: the link and the text inside
LINKS = re.compile(r'<a class="cell-link" href="(/survey-responses/\?[^"]*)">([^<]+)</a>')


def test_every_figure_is_made_of_the_answers_its_link_opens(
    app: Flask, visitor: Visitors, answers: None
) -> None:
    boss = visitor("administrator", locale="en")
    page = boss.get("/satisfaction/").text
    rows = re.findall(r"<tr><th class=\"title\" scope=\"row\">.*?</tr>", page, re.S)
    assert len(rows) > 15, "twelve months, three agents, one team line, six types"
    checked = 0
    for row in rows:
        cells = re.findall(r'<td class="number"[^>]*>(.*?)</td>', row)
        responses, score, n, _satisfied, nps, nps_n = (LINKS.match(cell) for cell in cells)
        for count in (responses, n, nps_n):
            assert count is not None, row
            assert counted(boss, count[1]) == int(count[2]), row
            checked += 1
        for figure, count in ((score, n), (nps, nps_n)):
            assert count is not None
            assert (figure is None) == (count[2] == "0"), row
            assert figure is None or figure[1] == count[1], row
    assert checked == 3 * len(rows)


def counted(person: Visitor, url: str) -> int:
    """How many rows the list behind an address has."""
    query = unescape(url).partition("?")[2]
    lines = person.get(f"/survey-responses/export.csv?{query}").text.strip().splitlines()
    return len(lines) - 1


def test_the_page_narrows_by_agent_and_type(app: Flask, visitor: Visitors, answers: None) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        agent = session.scalars(
            select(SurveyResponse.agent_id).where(SurveyResponse.agent_id.is_not(None))
        ).first()
    page = boss.get(f"/satisfaction/?months=24&agent={agent}&type=complaint").text
    total = re.search(r"Responses</span><strong>(\d+)</strong>", page)
    assert total is not None
    with inside(app) as session:
        expected = session.scalars(
            select(SurveyResponse.id)
            .join(SurveyResponse.ticket)
            .where(SurveyResponse.agent_id == agent, Ticket.type == TicketType.COMPLAINT)
        ).all()
    assert int(total[1]) == len(expected) > 0


@pytest.mark.parametrize("query", ["months=x", "agent=-1", "type=%00", "survey=99999999999999"])
def test_an_address_that_cannot_be_read_narrows_nothing_and_breaks_nothing(
    visitor: Visitors, answers: None, query: str
) -> None:
    boss = visitor("administrator")
    assert boss.get(f"/satisfaction/?{query}").status_code == 200
    assert boss.get(f"/satisfaction/chart?{query}").status_code == 200


def test_the_chart_shows_the_score_beside_the_target(visitor: Visitors, answers: None) -> None:
    data = visitor("administrator", locale="en").get("/satisfaction/chart?months=6").json
    assert data is not None
    score, target = data["series"]
    assert target["data"] == [80] * 6
    assert len(score["data"]) == len(data["labels"]) == len(data["urls"]) == 6
    assert all(value is None or 0 <= value <= 100 for value in score["data"])
    assert data["labels"][-1] == f"{datetime.now(tz=now_utc().tzinfo):%Y-%m}"


def test_sales_people_do_not_open_satisfaction(visitor: Visitors) -> None:
    assert visitor("sales").get("/satisfaction/").status_code == 403
    assert visitor("sales_manager").get("/satisfaction/").status_code == 200
