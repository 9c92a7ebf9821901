"""Several rows are one record, one row has several lines, and what is misspelt is put right."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.catalog import Product
from app.entities.customers import Customer, CustomerAddress
from app.entities.inventory import ReorderPoint, Warehouse
from app.entities.sales.deal import Deal
from app.entities.sales.order import SalesOrder
from app.entities.sales.pipeline import Pipeline, Stage
from app.lowcode.importing import engine
from app.rules.pipeline import StageKind
from tests.lowcode.importing.bringing import Bring, audit_rows, counts

pytestmark = pytest.mark.usefixtures("database")

HEADER = "order,customer,day,product,quantity,price"
ORDER: dict[str, Any] = {
    "code": "order",
    "customer": "customer",
    "state": {"text": "history"},
    "order_date": "day",
    "lines.product": "product",
    "lines.quantity": "quantity",
    "lines.unit_price": "price",
}
LINES = [
    HEADER,
    "1,A,2026-03-05,T,2,10",
    "1,A,2026-03-05,C,1,5",
    "2,A,2026-03-06,T,1,9.99",
]


@pytest.fixture
def _trade(session: Session) -> None:
    session.add(Customer(name="Alpha", code="A"))
    session.add_all([Product(name="Tea", code="T"), Product(name="Cup", code="C")])
    session.commit()


@pytest.mark.usefixtures("_trade")
class TestGroups:
    """Rows with the same text in a column, one below the other, are one record."""

    def orders(self, session: Session) -> dict[str, list[tuple[str, Decimal, Decimal]]]:
        session.expire_all()
        return {
            order.code: [(li.product.code, li.quantity, li.unit_price) for li in order.lines]
            for order in session.scalars(select(SalesOrder).order_by(SalesOrder.code))
        }

    def test_each_row_is_a_line(self, bring: Bring, session: Session) -> None:
        assert counts(bring("sales-orders", LINES, ORDER, group=["order"])) == (2, 0, 0, 0)
        assert self.orders(session) == {"1": [("T", 2, 10), ("C", 1, 5)], "2": [("T", 1, _9_99)]}
        order = session.scalars(select(SalesOrder).where(SalesOrder.code == "1")).one()
        assert order.net_amount == 25

    def test_again_nothing_changes(self, bring: Bring, session: Session) -> None:
        bring("sales-orders", LINES, ORDER, group=["order"])
        trail = audit_rows(session)
        assert counts(bring("sales-orders", LINES, ORDER, group=["order"])) == (0, 0, 2, 0)
        assert audit_rows(session) == trail

    @pytest.mark.parametrize(
        ("rows", "expected"),
        [
            (["1,A,2026-03-05,T,3,10", "1,A,2026-03-05,C,1,5"], [("T", 3, 10), ("C", 1, 5)]),
            (["1,A,2026-03-05,T,2,10"], [("T", 2, 10)]),
            (
                ["1,A,2026-03-05,T,2,10", "1,A,2026-03-05,C,1,5", "1,A,2026-03-05,C,7,5"],
                [("T", 2, 10), ("C", 1, 5), ("C", 7, 5)],
            ),
        ],
    )
    def test_the_file_tells_of_all_lines(
        self, bring: Bring, session: Session, rows: list[str], expected: list[Any]
    ) -> None:
        bring("sales-orders", LINES, ORDER, group=["order"])
        again = bring("sales-orders", [HEADER, *rows, LINES[3]], ORDER, group=["order"])
        assert counts(again) == (0, 1, 1, 0)
        assert self.orders(session)["1"] == expected
        order = session.scalars(select(SalesOrder).where(SalesOrder.code == "1")).one()
        assert order.net_amount == sum(quantity * price for _p, quantity, price in expected)

    def test_a_bad_line_refuses_its_whole_record_and_no_other(
        self, bring: Bring, session: Session
    ) -> None:
        lines = [*LINES[:2], "1,A,2026-03-05,nothing,1,5", LINES[3]]
        result = bring("sales-orders", lines, ORDER, group=["order"])
        assert counts(result) == (1, 0, 0, 1)
        # All lines of the record are told: corrected, they come again together.
        assert {(error.line, error.column) for error in result.errors} == {
            (2, ""),
            (3, "product"),
        }
        assert list(self.orders(session)) == ["2"]

    def test_rows_of_one_record_must_not_contradict_each_other(
        self, bring: Bring, session: Session
    ) -> None:
        lines = [LINES[0], LINES[1], "1,A,2026-03-09,C,1,5", LINES[3]]
        result = bring("sales-orders", lines, ORDER, group=["order"])
        assert counts(result) == (1, 0, 0, 1)
        assert (3, "day") in [(error.line, error.column) for error in result.errors]

    def test_what_the_first_row_says_need_not_be_repeated(
        self, bring: Bring, session: Session
    ) -> None:
        lines = [LINES[0], LINES[1], "1,,,C,1,5", LINES[3]]
        assert counts(bring("sales-orders", lines, ORDER, group=["order"])) == (2, 0, 0, 0)
        assert len(self.orders(session)["1"]) == 2

    def test_an_order_whose_rows_stand_apart_is_refused_the_second_time(
        self, bring: Bring, session: Session
    ) -> None:
        lines = [LINES[0], LINES[1], LINES[3], LINES[2]]
        result = bring("sales-orders", lines, ORDER, group=["order"])
        assert counts(result) == (2, 0, 0, 1)
        assert [error.line for error in result.errors] == [4]

    def test_an_interrupted_import_goes_on_behind_a_whole_record(
        self, bring: Bring, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "BATCH", 1)
        seen: list[int] = []

        def commit(_result: Any, line: int) -> None:
            session.commit()
            seen.append(line)
            if len(seen) == 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            bring("sales-orders", LINES, ORDER, group=["order"], commit=commit)
        session.rollback()
        assert seen == [3]
        bring("sales-orders", LINES, ORDER, group=["order"], after=3)
        assert [len(lines) for lines in self.orders(session).values()] == [2, 1]


_9_99 = Decimal("9.99")


class TestNumberedLines:
    """One row may hold several lines of a record."""

    FIELDS: dict[str, Any] = {
        "code": "code",
        "name": "name",
        "addresses[1].kind": {"text": "office"},
        "addresses[1].street": "office",
        "addresses[2].kind": {"text": "shipping"},
        "addresses[2].street": "store",
    }

    def test_each_becomes_a_line_where_the_row_has_it(self, bring: Bring, session: Session) -> None:
        lines = ["code,name,office,store", "A,Alpha,Road 1,Road 2", "B,Beta,,Road 3"]
        assert counts(bring("customers", lines, self.FIELDS)) == (2, 0, 0, 0)
        assert _addresses(session) == [
            ("A", "office", "Road 1"),
            ("A", "shipping", "Road 2"),
            ("B", "shipping", "Road 3"),
        ]
        assert counts(bring("customers", lines, self.FIELDS)) == (0, 0, 2, 0)

    def test_each_is_changed_where_it_stands(self, bring: Bring, session: Session) -> None:
        lines = ["code,name,office,store", "A,Alpha,Road 1,Road 2"]
        bring("customers", lines, self.FIELDS)
        lines[1] = "A,Alpha,Road 1,Road 9"
        assert counts(bring("customers", lines, self.FIELDS)) == (0, 1, 0, 0)
        assert _addresses(session) == [("A", "office", "Road 1"), ("A", "shipping", "Road 9")]


def _addresses(session: Session) -> list[tuple[str, ...]]:
    session.expire_all()
    rows = session.execute(
        select(Customer.code, CustomerAddress.kind, CustomerAddress.street)
        .join(CustomerAddress.customer)
        .order_by(Customer.code, CustomerAddress.kind)
    )
    return [tuple(row) for row in rows]


class TestPastDeals:
    """A deal of another system has the history that its file dates."""

    FIELDS: dict[str, Any] = {
        "code": "id",
        "title": "id",
        "pipeline": {"text": "p"},
        "stage": "stage",
        "closed_date": "closed",
        "stage_changes[1].to_stage": {"text": "talk"},
        "stage_changes[1].changed_on": {"column": "begun", "decides": True},
        "stage_changes[2].to_stage": "stage",
        "stage_changes[2].changed_on": {"column": "closed", "decides": True},
    }
    LINES = [
        "id,stage,begun,closed",
        "1,won,05-03-26,07-04-26",
        "2,talk,05-03-26,",
        "3,begin,,",
    ]

    @pytest.fixture(autouse=True)
    def _pipeline(self, session: Session) -> None:
        stages = [
            ("begin", StageKind.OPEN, 10),
            ("talk", StageKind.OPEN, 40),
            ("won", StageKind.WON, 100),
            ("lost", StageKind.LOST, 0),
        ]
        pipeline = Pipeline(code="p", name="Pipeline")
        pipeline.stages = [
            Stage(code=code, name=code, kind=kind, probability=percent, position=place)
            for place, (code, kind, percent) in enumerate(stages)
        ]
        session.add(pipeline)
        session.commit()

    def test_only_dated_steps_become_history(self, bring: Bring, session: Session) -> None:
        result = bring("deals", self.LINES, self.FIELDS, date_order="dmy")
        assert counts(result) == (3, 0, 0, 0)
        deals = session.scalars(select(Deal).order_by(Deal.code)).all()
        steps = [[step.to_stage.code for step in deal.stage_changes] for deal in deals]
        assert steps == [["talk", "won"], ["talk"], []]
        assert [deal.stage_since for deal in deals] == [
            date(2026, 4, 7),
            date(2026, 3, 5),
            None,
        ]
        assert [deal.closed_date for deal in deals] == [date(2026, 4, 7), None, None]
        # Nobody typed a probability: it is that of the stage.
        assert [deal.probability for deal in deals] == [100, 40, 10]
        first = deals[0].stage_changes[0]
        assert first.changed_on.astimezone(UTC) <= datetime(2026, 3, 5, 12, tzinfo=UTC)

    def test_again_nothing_changes(self, bring: Bring, session: Session) -> None:
        bring("deals", self.LINES, self.FIELDS, date_order="dmy")
        trail = audit_rows(session)
        again = bring("deals", self.LINES, self.FIELDS, date_order="dmy")
        assert counts(again) == (0, 0, 3, 0)
        assert audit_rows(session) == trail

    def test_a_stage_of_another_pipeline_is_refused(self, bring: Bring, session: Session) -> None:
        other = Pipeline(code="q", name="Other")
        other.stages = [Stage(code="elsewhere", name="x", kind=StageKind.OPEN)]
        session.add(other)
        session.commit()
        lines = [self.LINES[0], "9,elsewhere,,"]
        result = bring("deals", lines, self.FIELDS, date_order="dmy")
        assert counts(result) == (0, 0, 0, 1)
        assert result.errors[0][:2] == (2, "stage")


class TestCorrections:
    FIELDS: dict[str, Any] = {
        "name": {"text": "{name} {land}"},
        "country": "land",
    }

    def test_they_are_used_everywhere_and_counted_by_rows(
        self, bring: Bring, session: Session
    ) -> None:
        lines = ["name,land", "A,Germny", "B,Germny", "C,France"]
        corrections = {"land": {"Germny": "Germany", "Frnce": "France"}}
        result = bring("customers", lines, self.FIELDS, corrections=corrections)
        assert counts(result) == (3, 0, 0, 0)
        assert dict(result.corrected) == {("land", "Germny", "Germany"): 2}
        names = session.scalars(select(Customer.name).order_by(Customer.name)).all()
        assert names == ["A Germany", "B Germany", "C France"]

    def test_pieces_of_a_text_are_replaced(self, bring: Bring, session: Session) -> None:
        fields = {"name": "name", "code": {"column": "name", "replace": {" ": "-", "&": "and"}}}
        bring("customers", ["name", "A & B Co"], fields)
        assert session.scalars(select(Customer.code)).one() == "A-and-B-Co"


def test_relations_alone_may_say_which_row_is_meant(bring: Bring, session: Session) -> None:
    session.add_all([Product(name="Tea", code="T"), Product(name="Cup", code="C")])
    session.add_all([Warehouse(name="One", code="1"), Warehouse(name="Two", code="2")])
    session.commit()
    fields = {"product": "product", "warehouse": "warehouse", "min_quantity": "least"}
    lines = ["product,warehouse,least", "T,1,5", "T,2,6", "C,1,7"]
    assert counts(bring("reorder-points", lines, fields)) == (3, 0, 0, 0)
    lines[2] = "T,2,60"
    assert counts(bring("reorder-points", [*lines, "C,1,8"], fields)) == (0, 1, 2, 1)
    session.expire_all()
    points = session.scalars(select(ReorderPoint).order_by(ReorderPoint.min_quantity)).all()
    assert [point.min_quantity for point in points] == [5, 7, 60]


def test_a_new_row_starts_as_on_its_form(bring: Bring, session: Session) -> None:
    """Where the screen says what new rows start with, the column's own default is none of it."""
    session.add(Customer(name="Alpha", code="A"))
    session.commit()
    result = bring(
        "sales-orders", ["code,customer", "1,A"], {"code": "code", "customer": "customer"}
    )
    assert counts(result) == (1, 0, 0, 0)
    order = session.scalars(select(SalesOrder)).one()
    assert (order.state, order.order_date is not None) == ("draft", True)
