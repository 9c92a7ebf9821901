"""The screens of customers, contacts and interactions as people use them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Contact, Customer, Interaction
from app.lowcode.fields.moments import today
from app.rules.customers import Channel, Tier
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
USCC = "91350100M000100Y43"


def saved(app: Flask, *rows: Any) -> list[int]:
    with inside(app) as session:
        session.add_all(rows)
        session.commit()
        return [row.id for row in rows]


def customer_form(**values: Any) -> dict[str, Any]:
    """The fields that the form always shows, filled as shortly as possible."""
    return {
        "name": "示例科技有限公司",
        "kind": "company",
        "tier": "potential",
        "lifecycle_stage": "prospect",
        "country": "CN",
        **values,
    }


def test_a_company_is_saved_with_number_owner_and_address(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales_manager")  # sales people read the credit limit and do not write it
    answer = person.post(
        "/customers/new",
        **customer_form(
            tax_number=USCC.lower(),
            phone="138 0013 8000",
            credit_limit="1.5万",
            cooperation_since="2024/3/5",
            owner=person.user_id,
            **{"addresses-0-kind": "office", "addresses-0-country": "CN"},
            **{"addresses-0-street": "示范大道 1 号", "addresses-0-city": "上海市"},
        ),
    )
    assert answer.status_code == 302, answer.text
    with inside(app) as session:
        customer = session.scalars(select(Customer)).one()
        assert customer.code
        assert (customer.tax_number, customer.phone) == (USCC, "13800138000")
        assert (str(customer.credit_limit), str(customer.cooperation_since)) == (
            "15000.00",
            "2024-03-05",
        )
        assert customer.owner_id == person.user_id
        assert [address.city for address in customer.addresses] == ["上海市"]


def test_a_wrong_code_is_refused_beside_its_field_and_all_input_stays(
    app: Flask, visitor: Visitors
) -> None:
    answer = visitor("sales").post(
        "/customers/new", **customer_form(tax_number="12345", notes="不要丢失的备注")
    )
    assert answer.status_code == 422
    assert "12345" in answer.text
    assert "不要丢失的备注" in answer.text
    with inside(app) as session:
        assert session.scalar(select(Customer.id)) is None


def test_an_individual_has_no_company_fields_on_the_record(app: Flask, visitor: Visitors) -> None:
    company, individual = saved(
        app,
        Customer(name="示例公司", legal_representative="演示法人"),
        Customer(name="示例先生", kind="individual", occupation="演示职业"),
    )
    person = visitor("administrator")
    pages = [person.get(f"/customers/{key}").text for key in (company, individual)]
    assert ["演示法人" in page for page in pages] == [True, False]
    assert ["演示职业" in page for page in pages] == [False, True]


def test_a_probable_duplicate_is_asked_about_and_can_be_saved(
    app: Flask, visitor: Visitors
) -> None:
    (first,) = saved(app, Customer(name="示例科技"))
    person = visitor("administrator")
    asked = person.post("/customers/new", **customer_form())
    assert asked.status_code == 422
    assert f"/customers/{first}" in asked.text
    assert person.post("/customers/new", **customer_form(confirm="1")).status_code == 302
    with inside(app) as session:
        assert len(session.scalars(select(Customer)).all()) == 2


def test_a_colleagues_duplicate_is_named_without_its_content(app: Flask, visitor: Visitors) -> None:
    colleague = visitor("sales")
    saved(app, Customer(name="示例科技", code="GEHEIM-1", owner_id=colleague.user_id))
    asked = visitor("sales").post("/customers/new", **customer_form())
    assert asked.status_code == 422
    assert "GEHEIM-1" not in asked.text


@pytest.mark.parametrize(
    "words",
    ["科技", "C-77", "13800138000", "138-0013", USCC],
)
def test_quick_search_finds_by_name_code_phone_and_tax_number(
    app: Flask, visitor: Visitors, words: str
) -> None:
    saved(
        app,
        Customer(name="示例科技", code="C-77", phone="138-0013-8000", tax_number=USCC),
        Customer(name="别的客户", code="X-1"),
    )
    page = visitor("administrator").get("/customers/", query_string={"q": words}).text
    assert ("示例科技" in page, "别的客户" in page) == (True, False)


@pytest.mark.parametrize(
    ("action", "tier"),
    [
        ("make_vip", Tier.VIP),
        ("make_ordinary", Tier.ORDINARY),
        ("make_potential", Tier.POTENTIAL),
    ],
)
def test_ticked_customers_change_their_tier_together(
    app: Flask, visitor: Visitors, action: str, tier: Tier
) -> None:
    keys = saved(app, Customer(name="甲", tier=Tier.VIP), Customer(name="乙"))
    answer = visitor("administrator").post(f"/customers/action/{action}", rowid=keys)
    assert answer.status_code == 302
    with inside(app) as session:
        assert set(session.scalars(select(Customer.tier))) == {tier}


def test_taking_over_and_verifying_note_who_and_when(app: Flask, visitor: Visitors) -> None:
    (key,) = saved(app, Customer(name="甲"))
    person = visitor("administrator")
    person.post("/customers/action/take_over", rowid=key)
    person.post("/customers/action/verify", rowid=key)
    with inside(app) as session:
        customer = session.get_one(Customer, key)
        assert (customer.owner_id, customer.last_verified_on) == (person.user_id, today())


def test_a_contact_of_another_customer_is_refused_as_superior(
    app: Flask, visitor: Visitors
) -> None:
    other = Contact(customer=Customer(name="乙"), name="演示经理")
    superior, customer = saved(app, other, Customer(name="甲"))
    answer = visitor("administrator").post(
        "/contacts/new", name="演示专员", customer=customer, reports_to=superior
    )
    assert answer.status_code == 422
    assert "演示专员" in answer.text


def test_an_interaction_is_handled_by_whoever_writes_it(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales")
    (customer,) = saved(app, Customer(name="甲", owner_id=person.user_id))
    answer = person.post(
        "/interactions/new",
        customer=customer,
        subject="电话",
        channel="phone",
        direction="outbound",
        happened_on="2026-03-05 14:30",
    )
    assert answer.status_code == 302, answer.text
    with inside(app) as session:
        assert session.scalars(select(Interaction.by_id)).one() == person.user_id


def test_next_steps_stand_in_the_calendar_until_they_are_done(
    app: Flask, visitor: Visitors
) -> None:
    (key,) = saved(
        app,
        Interaction(
            customer=Customer(name="甲"),
            subject="电话",
            channel=Channel.PHONE,
            next_step="寄样品",
            next_step_date=date(2026, 3, 5),
        ),
    )
    person = visitor("administrator")
    bounds = {"start": "2026-03-01", "end": "2026-04-01"}
    events = person.get("/interactions/events", query_string=bounds).get_json()
    assert [event["id"] for event in events] == [key]
    person.post("/interactions/action/finish_next_step", rowid=key)
    query = {**bounds, "f.next_step_done": "no"}
    assert person.get("/interactions/events", query_string=query).get_json() == []
