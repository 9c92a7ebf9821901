"""Leads as people work on them, until they become a customer."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.entities.customers import Customer
from app.entities.sales.deal import Deal
from app.entities.sales.lead import Lead
from app.entities.system.record import Attachment
from app.rules.leads import LEAD, LeadStatus
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("stages")


def saved(app: Flask, owner_id: int | None, **values: Any) -> int:
    with inside(app) as session:
        lead = Lead(**{"name": "张三", "company_name": "示例公司", "owner_id": owner_id, **values})
        session.add(lead)
        session.flush()
        return lead.id


def test_converting_makes_a_customer_and_a_deal_of_the_same_owner(
    app: Flask, visitor: Visitors
) -> None:
    person = visitor("sales")
    key = saved(app, person.user_id, phone="13800000001")
    asked = person.post("/leads/action/convert", rowid=key)
    assert asked.status_code == 200
    assert 'name="customer"' in asked.text
    assert person.post("/leads/action/convert", rowid=key, asked=1).status_code == 302
    with inside(app) as session:
        lead = session.get_one(Lead, key)
        assert lead.status is LeadStatus.CONVERTED
        assert (lead.customer.owner_id, lead.deal.owner_id) == (person.user_id, person.user_id)
        assert lead.customer.name in person.get(f"/leads/{key}").text


def test_notes_and_files_go_on_with_the_deal(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales", name="Writer", locale="en")
    key = saved(app, person.user_id)
    person.post(f"/leads/{key}/notes", text="wants ten of them")
    person.post(f"/leads/{key}/files", file=(BytesIO(b"%PDF-1.7 x"), "wish.pdf"))
    person.post("/leads/action/convert", rowid=key, asked=1)
    with inside(app) as session:
        deal = session.get_one(Lead, key).deal_id
        file = session.scalars(select(Attachment.id).where(Attachment.entity == "Deal")).one()
    page = person.get(f"/deals/{deal}").text + person.get(f"/deals/{deal}/timeline").text
    for text in ("wants ten of them", "wish.pdf", "From the lead 张三."):
        assert text in page, text
    assert person.get(f"/deals/{deal}/files/{file}", buffered=True).data == b"%PDF-1.7 x"
    # Each has its own: what is removed from one stays with the other.
    person.post(f"/deals/{deal}/files/{file}/delete")
    assert "wish.pdf" in person.get(f"/leads/{key}").text


def test_a_lead_is_not_converted_twice(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales")
    key = saved(app, person.user_id)
    person.post("/leads/action/convert", rowid=key, asked=1)
    assert person.post("/leads/action/convert", rowid=key, asked=1).status_code == 409
    with inside(app) as session:
        assert session.scalar(select(func.count(Deal.id))) == 1


@pytest.mark.parametrize("status", LeadStatus)
@pytest.mark.parametrize("name", LEAD.actions)
def test_an_action_that_is_not_offered_is_refused_when_posted(
    app: Flask, visitor: Visitors, name: str, status: LeadStatus
) -> None:
    person = visitor("sales")
    key = saved(app, person.user_id, status=status)
    offered = f'action="/leads/action/{name}"' in person.get(f"/leads/{key}").text
    assert offered is LEAD.may(name, status)
    answer = person.post(f"/leads/action/{name}", rowid=key, asked=1)
    with inside(app) as session:
        after = session.get_one(Lead, key).status
    if offered:
        assert (answer.status_code, after) == (302, LEAD.after(name, status))
    else:
        assert (answer.status_code, after) == (409, status)


@pytest.mark.parametrize("status", ["converted", "qualified"])
def test_a_card_is_not_dropped_on_converted(app: Flask, visitor: Visitors, status: str) -> None:
    person = visitor("sales")
    key = saved(app, person.user_id)
    answer = person.post_raw(
        "/leads/move/status",
        json={"id": key, "value": status, "version": 1},
        headers={"X-CSRFToken": person.token()},
    )
    assert answer.status_code == (422 if status == "converted" else 200)


def test_a_lead_that_may_be_a_customer_is_saved_after_a_warning(
    app: Flask, visitor: Visitors
) -> None:
    person = visitor("sales")
    with inside(app) as session:
        session.add(Customer(name="示例公司", owner_id=person.user_id))
    fields = {"name": "李四", "company_name": "示例有限公司", "status": "new", "score": 0}
    asked = person.post("/leads/new", **fields)
    assert asked.status_code == 422
    assert "示例公司" in asked.text
    assert person.post("/leads/new", confirm=1, **fields).status_code == 302


def test_marketing_collects_leads_and_sales_converts_them(app: Flask, visitor: Visitors) -> None:
    person = visitor("marketing")
    fields = {"name": "李四", "status": "new", "score": 10}
    assert person.post("/leads/new", **fields).status_code == 302
    key = saved(app, person.user_id)
    assert person.post("/leads/action/convert", rowid=key, asked=1).status_code == 403
