"""Rows of a file bring their keys: none that another row has or had, whoever writes in between."""

import pytest
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from app.entities.customers import Customer, CustomerAddress
from tests.lowcode.importing.bringing import Bring, counts

pytestmark = pytest.mark.usefixtures("database")

FIELDS = {"code": "code", "name": "name"}


def _keys(session: Session) -> dict[str, int]:
    return dict(map(tuple, session.execute(select(Customer.code, Customer.id))))


def test_the_key_of_a_row_that_is_gone_is_not_given_again(bring: Bring, session: Session) -> None:
    bring("customers", ["code,name", "A,Alpha", "B,Beta"], FIELDS)
    before = _keys(session)
    session.execute(delete(Customer).where(Customer.code == "B"))
    session.commit()
    bring("customers", ["code,name", "C,Gamma"], FIELDS)
    assert _keys(session)["C"] > before["B"] > before["A"]


def test_rows_written_by_hand_come_behind_those_of_a_file(bring: Bring, session: Session) -> None:
    session.add(Customer(code="A", name="Alpha"))
    session.commit()
    bring("customers", ["code,name", "B,Beta", "C,Gamma"], FIELDS)
    session.add(Customer(code="D", name="Delta"))
    session.commit()
    found = _keys(session)
    assert sorted(found, key=lambda code: found[code]) == ["A", "B", "C", "D"]


def test_a_refused_row_costs_the_others_neither_key_nor_lines(
    bring: Bring, session: Session
) -> None:
    lines = ["code,name,limit,street", "A,Alpha,1,Road 1", "B,Beta,-1,Road 2", "C,Gamma,2,Road 3"]
    fields = {**FIELDS, "credit_limit": "limit", "addresses.street": "street"}
    assert counts(bring("customers", lines, fields)) == (2, 0, 0, 1)
    found = _keys(session)
    told = session.execute(select(CustomerAddress.street, CustomerAddress.customer_id)).all()
    assert dict(map(tuple, told)) == {"Road 1": found["A"], "Road 3": found["C"]}


def test_a_batch_is_written_by_one_statement_for_all_its_rows(
    bring: Bring, session: Session
) -> None:
    inserts = []

    def note(_conn: object, _cursor: object, statement: str, *told: object) -> None:
        if statement.startswith("INSERT INTO customer "):
            inserts.append((statement, told[-1]))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        rows = [f"K{number},Name {number}" for number in range(40)]
        assert counts(bring("customers", ["code,name", *rows], FIELDS)) == (40, 0, 0, 0)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    ((statement, many),) = inserts
    assert many
    assert "RETURNING" not in statement
