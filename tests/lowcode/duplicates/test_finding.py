"""Rows like given ones are found by every rule, and nothing of a colleague's is told."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.purchasing import Supplier
from app.entities.sales.lead import Lead
from app.extensions import db
from app.lowcode.duplicates import Finder, find_matches
from app.lowcode.principal import DataScope, Principal, acting_as
from app.rules.masking import FieldLevel
from app.rules.matching import MatchReason
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


def add(session: Session, model: type[Any], **values: Any) -> int:
    row = model(**values)
    session.add(row)
    session.flush()
    return row.id


@pytest.mark.parametrize(
    ("stored", "given", "reason"),
    [
        ({"name": "示例科技有限公司"}, {"name": "示例 科技"}, MatchReason.SAME_NAME),
        (
            {"name": "甲", "phone": "010-65529988"},
            {"name": "乙", "phone": "+86 10 6552 9988"},
            MatchReason.SAME_PHONE,
        ),
        (
            {"name": "甲", "email": "info@example.com"},
            {"name": "乙", "email": " INFO@example.com"},
            MatchReason.SAME_EMAIL,
        ),
        (
            {"name": "甲", "tax_number": "91350100M000100Y43"},
            {"name": "乙", "tax_number": "91350100m000100y43"},
            MatchReason.SAME_CODE,
        ),
    ],
)
def test_what_a_rule_is_about_is_found(
    session: Session, stored: dict[str, str], given: dict[str, str], reason: MatchReason
) -> None:
    for model in (Customer, Supplier):
        key = add(session, model, **stored)
        add(session, model, name="别的单位")
        ((match,),) = find_matches(session, model, [given]).values()
        assert match.key == key
        assert reason in match.reasons


def test_spelling_is_compared_where_it_is_asked_for(session: Session) -> None:
    sounds = add(session, Customer, name="华瑞科技有限公司")
    mistyped = add(session, Customer, name="北京恒达精密机械有限公司")
    rows = [{"name": "华锐科技"}, {"name": "北京恒达精密机戒"}, {"name": "没有这家"}]
    assert find_matches(session, Customer, rows) == {}
    found = Finder(session, Customer).find(rows)
    assert {place: [m.key for m in matches] for place, matches in found.items()} == {
        0: [sounds],
        1: [mistyped],
    }
    assert [found[place][0].reasons for place in (0, 1)] == [
        (MatchReason.SAME_SOUND,),
        (MatchReason.ONE_OFF,),
    ]


def test_contacts_of_one_customer_and_leads_of_one_company_are_found(session: Session) -> None:
    customer = add(session, Customer, name="示例")
    contact = add(session, Contact, name="王伟", customer_id=customer)
    rows = [
        {"name": "王伟", "customer_id": customer},
        {"name": "王伟", "customer_id": customer + 1},
    ]
    found = Finder(session, Contact).find(rows)
    assert [match.key for match in found[0]] == [contact]
    assert 1 not in found
    lead = add(session, Lead, name="王伟", company_name="示例有限公司")
    leads = [{"name": "王伟", "company_name": "示例"}, {"name": "王伟"}]
    found = Finder(session, Lead).find(leads)
    assert [match.key for match in found[0]] == [lead]
    assert 1 not in found


def test_a_row_is_not_its_own_duplicate(session: Session) -> None:
    key = add(session, Customer, name="示例科技")
    assert find_matches(session, Customer, [{"id": key, "name": "示例科技"}]) == {}


def test_of_a_colleagues_row_only_that_it_exists_is_told(session: Session) -> None:
    me, colleague = make_user(session), make_user(session)
    mine = add(session, Customer, name="示例科技", owner=me)
    add(session, Customer, name="示例科技公司", owner=colleague)
    with acting_as(Principal(me.id, "me", scopes={"Customer": DataScope.OWN})):
        (matches,) = find_matches(session, Customer, [{"name": "示例科技"}]).values()
    assert {match.key for match in matches} == {mine, None}


def test_what_somebody_may_not_read_is_not_compared(session: Session) -> None:
    me = make_user(session)
    add(session, Customer, name="甲", phone="13800138000", owner=me)
    hidden = {"Customer": {"phone": FieldLevel.NONE}}
    scopes = {"Customer": DataScope.OWN}
    rows = [{"name": "乙", "phone": "13800138000"}]
    with acting_as(Principal(me.id, "me", scopes=scopes, field_levels=hidden)):
        assert find_matches(session, Customer, rows) == {}
    with acting_as(Principal(me.id, "me", scopes=scopes)):
        assert find_matches(session, Customer, rows) != {}


def test_many_rows_take_few_statements(session: Session) -> None:
    for number in range(30):
        add(session, Customer, name=f"示例{number}号", phone=f"1380013{number:04}")
    rows = [{"name": f"示例{n}号", "phone": f"1380013{n:04}"} for n in range(400)]
    session.flush()
    statements: list[str] = []
    engine = db.engine

    def note(_conn: Any, _cursor: Any, statement: str, *_unused: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        found = find_matches(session, Customer, rows)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert sorted(found) == list(range(30))
    assert len(statements) <= 4
