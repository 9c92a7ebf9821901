"""Deals as people work on them: in the form, on the board, by action."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.catalog import Product
from app.entities.customers import Customer
from app.entities.sales.deal import Deal
from app.entities.sales.order import SalesOrder
from app.entities.sales.pipeline import LostReason
from app.rules.orders import OrderState
from app.rules.pipeline import DEAL, StageKind, may_order
from tests.callers import Caller, inside
from tests.services.sales.conftest import make_pipeline
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
NewDeal = Callable[..., int]


def look(app: Flask, key: int) -> dict[str, Any]:
    with inside(app) as session:
        deal = session.get_one(Deal, key)
        return {
            "stage": deal.stage.code,
            "kind": deal.stage.kind,
            "probability": deal.probability,
            "steps": [step.to_stage.code for step in deal.stage_changes],
            "by": [step.by_id for step in deal.stage_changes],
            "reason": deal.lost_reason.code if deal.lost_reason else None,
            "closed": deal.closed_date,
        }


def drop(app: Flask, person: Visitor, key: int, stage: int) -> Any:
    """Drop a deal's card, as it was seen just now, on another stack."""
    with inside(app) as session:
        version = session.get_one(Deal, key).version
    return person.post_raw(
        "/deals/move/stage",
        json={"id": key, "value": str(stage), "version": version},
        headers={"X-CSRFToken": person.token()},
    )


def reason_id(app: Flask) -> int:
    with inside(app) as session:
        return session.scalars(select(LostReason.id).where(LostReason.code == "price")).one()


def test_the_form_opens_in_the_first_stage_of_the_default_pipeline(
    stages: dict[str, int], visitor: Visitors
) -> None:
    page = visitor("sales").get("/deals/new").text
    assert "标准销售流程" in page
    assert "潜在客户识别" in page


def test_a_deal_is_saved_with_its_first_step(
    app: Flask, stages: dict[str, int], visitor: Visitors
) -> None:
    person = visitor("sales")
    with inside(app) as session:
        pipeline = session.scalars(select(Deal)).all()
    assert pipeline == []
    answer = person.post(
        "/deals/new", title="示例商机", pipeline=1, stage=stages["needs"], amount="1.5万"
    )
    assert answer.status_code == 302, answer.text
    key = int(answer.location.rsplit("/", 1)[1])
    seen = look(app, key)
    assert (seen["stage"], seen["probability"], seen["steps"]) == ("needs", 30, ["needs"])
    assert seen["by"] == [person.user_id]
    page = person.get(f"/deals/{key}").text
    assert "4,500.00" in page  # weighted


def test_a_program_makes_a_deal_without_naming_the_stage(
    app: Flask, stages: dict[str, int]
) -> None:
    answer = Caller(app, "sales").post("deals", title="示例商机")
    assert answer.status_code == 201, answer.text
    assert look(app, answer.json["id"])["steps"] == ["prospect"]


def test_a_card_moves_and_keeps_its_history(
    app: Flask, stages: dict[str, int], visitor: Visitors, new_deal: NewDeal
) -> None:
    person = visitor("sales")
    key = new_deal(person.user_id)
    assert drop(app, person, key, stages["quotation"]).status_code == 200
    assert drop(app, person, key, stages["signed"]).status_code == 200
    seen = look(app, key)
    assert (seen["steps"], seen["probability"]) == (["prospect", "quotation", "signed"], 100)
    assert seen["by"] == [None, person.user_id, person.user_id]
    assert seen["closed"] is not None


@pytest.mark.parametrize(
    ("start", "target", "text"),
    [
        ("prospect", "lost", "原因"),
        ("signed", "needs", "重新打开"),
    ],
)
def test_a_card_does_not_move_against_the_rules(
    app: Flask,
    stages: dict[str, int],
    visitor: Visitors,
    new_deal: NewDeal,
    start: str,
    target: str,
    text: str,
) -> None:
    person = visitor("sales")
    key = new_deal(person.user_id, stage=start)
    answer = drop(app, person, key, stages[target])
    assert answer.status_code == 422
    assert text in answer.json["message"]
    assert look(app, key)["stage"] == start


def test_losing_asks_for_the_reason_first(app: Flask, visitor: Visitors, new_deal: NewDeal) -> None:
    person = visitor("sales")
    key = new_deal(person.user_id)
    asked = person.post("/deals/action/lose", rowid=key)
    assert asked.status_code == 200
    assert 'name="lost_reason"' in asked.text
    without = person.post("/deals/action/lose", rowid=key, asked=1)
    assert without.status_code == 422
    assert look(app, key)["stage"] == "prospect"
    done = person.post(
        "/deals/action/lose", rowid=key, asked=1, lost_reason=reason_id(app), lost_notes="贵"
    )
    assert done.status_code == 302
    seen = look(app, key)
    assert (seen["stage"], seen["reason"]) == ("lost", "price")


@pytest.mark.parametrize("kind", StageKind)
@pytest.mark.parametrize("name", ["win", "lose", "reopen", "order"])
def test_an_action_that_is_not_offered_is_refused_when_posted(
    app: Flask, visitor: Visitors, new_deal: NewDeal, name: str, kind: StageKind
) -> None:
    person = visitor("administrator")
    start = {StageKind.OPEN: "needs", StageKind.WON: "signed", StageKind.LOST: "lost"}[kind]
    values: dict[str, Any] = {}
    if kind is StageKind.LOST:
        with inside(app) as session:
            values["lost_reason"] = session.get_one(LostReason, reason_id(app))
    key = new_deal(person.user_id, stage=start, **values)
    possible = may_order(kind) if name == "order" else DEAL.may(name, kind)
    offered = f'action="/deals/action/{name}"' in person.get(f"/deals/{key}").text
    assert offered is possible
    before = look(app, key)
    fields = {"asked": 1, "lost_reason": reason_id(app)} if name == "lose" else {}
    answer = person.post(f"/deals/action/{name}", rowid=key, **fields)
    if not possible:
        assert answer.status_code == 409
        assert look(app, key) == before


def test_a_colleagues_deal_is_not_there(
    app: Flask, stages: dict[str, int], visitor: Visitors, new_deal: NewDeal
) -> None:
    key = new_deal(visitor("sales").user_id)
    other = visitor("sales")
    assert other.get(f"/deals/{key}").status_code == 404
    assert drop(app, other, key, stages["needs"]).status_code == 404
    assert other.post("/deals/action/win", rowid=key).status_code == 404
    assert "示例商机" not in other.get("/stage-changes/").text


def test_history_cannot_be_written_by_anybody(
    app: Flask, stages: dict[str, int], visitor: Visitors, new_deal: NewDeal
) -> None:
    person = visitor("administrator")
    new_deal(person.user_id)
    assert person.get("/stage-changes/1").status_code == 200
    for path in ("/stage-changes/new", "/stage-changes/1/edit"):
        assert person.get(path).status_code in (403, 404), path
    assert person.post("/stage-changes/1/delete").status_code in (403, 404)
    program = Caller(app, "administrator")
    assert program.get("stage-changes").json["count"] == 1
    refused = {
        program.post("stage-changes", deal=1, to_stage=1).status_code,
        program.patch("stage-changes/1", to_stage=2).status_code,
        program.delete("stage-changes/1").status_code,
    }
    assert refused <= {403, 404, 405}


def test_a_board_shows_the_stages_of_one_pipeline(
    app: Flask, stages: dict[str, int], visitor: Visitors, new_deal: NewDeal
) -> None:
    with inside(app) as session:
        other = make_pipeline("other")
        session.add(other)
        session.flush()
        key = other.id
    person = visitor("sales_manager")

    def stacks(query: str) -> list[str]:
        page = person.get(f"/deals/?layout=board{query}").text
        return re.findall(r'class="board-column" data-value="(\d+)"', page)

    first = [str(stages[code]) for code in stages]
    assert [stack for stack in stacks("") if stack in first] == first
    assert not set(stacks(f"&f.pipeline={key}")) & set(first)


def test_a_deal_opens_with_the_tabs_that_its_address_names(
    visitor: Visitors, new_deal: NewDeal
) -> None:
    boss = visitor("administrator", locale="en")
    page = boss.get(f"/deals/{new_deal(boss.user_id)}?tab=tasks").text
    assert 'id="tab-tasks" class="active"' in page
    assert "Nothing here yet" in page


def test_a_deal_is_ordered_once_and_leads_to_its_order(
    app: Flask, visitor: Visitors, new_deal: Callable[..., int]
) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        customer = Customer(name="示例公司")
        product = Product(name="示例产品", sale_price=Decimal(9))
        session.add_all([customer, product])
        session.flush()
        wanted = {"customer_id": customer.id, "product_id": product.id, "amount": Decimal(120)}
    key = new_deal(boss.user_id, **wanted)
    offer = 'action="/deals/action/order"'
    assert offer in boss.get(f"/deals/{key}").text
    made = boss.post("/deals/action/order", rowid=key)
    with inside(app) as session:
        order = session.scalars(select(SalesOrder)).one()
        (line,) = order.lines
        assert (line.product_id, line.quantity, line.unit_price) == (
            wanted["product_id"], 1, Decimal(120),
        )  # fmt: skip
        url = f"/sales-orders/{order.id}"
        assert made.location == f"{url}/edit"
    page = boss.get(f"/deals/{key}").text
    assert offer not in page
    assert f'href="{url}"' in page
    assert boss.post("/deals/action/order", rowid=key).status_code == 409
    with inside(app) as session:
        session.scalars(select(SalesOrder)).one().state = OrderState.CANCELLED
    assert offer in boss.get(f"/deals/{key}").text
