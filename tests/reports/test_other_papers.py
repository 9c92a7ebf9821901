"""Statements, monthly reports and stock lists: the figures of the lists, and hostile texts."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.entities.billing import Payment
from app.entities.customers import Customer
from app.entities.inventory import StockLevel, Warehouse
from app.entities.support import Survey, SurveyResponse
from app.lowcode.principal import DataScope, Principal, acting_as
from app.reports import theme
from app.reports.customer_statement import customer_statement, statement_between
from app.reports.monthly_sales import monthly_sales
from app.reports.satisfaction import satisfaction
from app.reports.stock_list import stock_list
from app.rules.errors import DomainError
from app.rules.orders import OrderState
from tests.factories import make_user
from tests.papers import hostile_names, make_order, make_product, pages_of, squeezed, text_of

MARCH = date(2026, 3, 1)


def make_customer(session: Session, name: str = "Alpha", **values: Any) -> Customer:
    customer = Customer(name=name, **values)
    session.add(customer)
    session.flush()
    return customer


# customer statement -----------------------------------------------------------------
def test_a_statement_carries_the_balance_from_line_to_line(desk: Session) -> None:
    customer = make_customer(desk)
    for day, price in ((1, "1000"), (8, "234.56")):
        line = {"unit_price": Decimal(price)}
        done = OrderState.DONE
        make_order(desk, customer, [line], state=done, order_date=date(2026, 3, day))
    earlier = {"order_date": date(2026, 2, 1), "due_date": date(2026, 2, 2)}
    make_order(desk, customer, state=OrderState.SHIPPED, **earlier)
    received = {"received_date": date(2026, 3, 5), "reference": "TT 4711"}
    desk.add(Payment(customer=customer, amount=Decimal("999.99"), **received))
    desk.flush()
    text = text_of(statement_between(customer, MARCH, date(2026, 3, 31)))
    for words in ("Balance brought forward", "100.00", "1,100.00", "100.01", "CNY 334.57"):
        assert words in text, words
    for words in ("TT 4711", "1,234.56", "999.99", "2026-03-01 – 2026-03-31", "Days overdue"):
        assert words in text, words


def test_a_statement_without_entries_shows_the_balance_alone(desk: Session) -> None:
    text = text_of(customer_statement(make_customer(desk, "Nobody owes")))
    assert "Nobody owes" in text
    assert "CNY 0.00" in text


def test_a_statement_that_would_lack_orders_is_refused(desk: Session) -> None:
    seller = make_user(desk)
    customer = make_customer(desk, owner=seller)
    make_order(desk, customer, state=OrderState.DONE, owner=seller)
    own = dict.fromkeys(("SalesOrder", "Customer"), DataScope.OWN)
    desk.commit()
    with acting_as(Principal(seller.id, "seller", scopes=own)):
        assert "Alpha" in text_of(customer_statement(customer))
    make_order(desk, customer, state=OrderState.DONE, owner=make_user(desk))
    desk.commit()
    with (
        acting_as(Principal(seller.id, "seller", scopes=own)),
        pytest.raises(DomainError, match="belong to colleagues"),
    ):
        customer_statement(customer)


def test_a_long_statement_repeats_its_heads(desk: Session) -> None:
    customer, product = make_customer(desk), make_product(desk)
    for _number in range(120):
        make_order(desk, customer, [{"product": product}], state=OrderState.DONE)
    pages = pages_of(statement_between(customer, MARCH, date(2026, 3, 31)))
    assert len(pages) > 3
    assert all(f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, start=1))
    assert all("Charged" in page for page in pages if "Order · Done" in page)


def test_hostile_texts_on_a_statement(desk: Session) -> None:
    for name in hostile_names(15):
        customer = make_customer(desk, name[:200])
        payment = {"reference": f"R{name}"[:100], "received_date": date(2026, 3, 2)}
        desk.add(Payment(customer=customer, amount=Decimal(1), **payment))
        desk.flush()
        text = squeezed(text_of(statement_between(customer, MARCH, date(2026, 3, 31))))
        assert squeezed(theme.plain(name[:200])) in text, name
        assert squeezed(theme.plain(f"R{name}"[:100])) in text, name


# monthly sales ----------------------------------------------------------------------
def test_the_month_is_told_with_its_divisions(desk: Session) -> None:
    for number, price in enumerate(("1000", "2500.5", "499.5")):
        make_order(
            desk,
            f"Buyer {number}",
            [{"product": f"Thing {number}", "unit_price": Decimal(price)}],
            state=OrderState.DONE,
            owner=make_user(desk, name=f"Seller {number}"),
        )
    make_order(desk, "Draft buyer", state=OrderState.DRAFT)
    make_order(desk, "April buyer", state=OrderState.DONE, order_date=date(2026, 4, 1))
    last = {"order_date": date(2026, 2, 10), "state": OrderState.HISTORY}
    make_order(desk, "Old", [{"unit_price": Decimal("2000")}], **last)
    text = text_of(monthly_sales(MARCH))
    # The month of 4,000.00 in the facts and as the total of each of the three divisions.
    assert text.count("4,000.00") >= 4
    for words in ("CNY 4,000.00", "+100.0%", "62.5%", "Buyer 1", "Thing 2", "Seller 0"):
        assert words in text, words
    for words in ("Draft buyer", "April buyer"):
        assert words not in text, words


def test_many_customers_are_added_up_in_one_line_at_the_end(desk: Session) -> None:
    product = make_product(desk)
    for number in range(55):
        make_order(desk, f"B{number:03}", [{"product": product}], state=OrderState.DONE)
    text = text_of(monthly_sales(MARCH))
    assert "15 others" in text
    assert "1,500.00" in text
    assert text.count("5,500.00") >= 4


@pytest.mark.parametrize("month", [date(1900, 1, 1), MARCH])
def test_a_month_without_sales_is_a_report_too(desk: Session, month: date) -> None:
    assert "CNY 0.00" in text_of(monthly_sales(month))


def test_hostile_texts_in_tables_and_charts(desk: Session) -> None:
    names = hostile_names(25)
    for name in names:
        make_order(desk, name[:200], [{"product": f"P{name}"[:200]}], state=OrderState.DONE)
    text = squeezed(text_of(monthly_sales(MARCH)))
    for name in names:
        assert squeezed(theme.plain(name[:200])) in text, name
        assert squeezed(theme.plain(f"P{name}"[:200])) in text, name


# satisfaction -----------------------------------------------------------------------
def answer(session: Session, day: int, **values: Any) -> None:
    moment = datetime(2026, 3, day, 12, tzinfo=UTC)
    session.add(SurveyResponse(**{"answered_on": moment, **values}))
    session.flush()


def test_the_score_of_the_month_stands_against_its_target(desk: Session) -> None:
    survey, customer = Survey(name="Survey"), make_customer(desk)
    agent = make_user(desk, name="Agent Smith")
    for day, csat in enumerate((5, 5, 4, 4, 2), start=1):
        answer(desk, day, survey=survey, customer=customer, agent=agent, csat=csat, nps=2 * csat)
    earlier = datetime(2026, 2, 2, tzinfo=UTC)
    answer(desk, 1, survey=survey, customer=customer, csat=1, answered_on=earlier)
    text = text_of(satisfaction(MARCH))
    # (100 + 100 + 75 + 75 + 25) / 5, two promoters and one detractor of five
    for words in ("75.0", "Below target", "80.0", "20.0", "Agent Smith", "2026-03"):
        assert words in text, words


def test_too_few_answers_give_no_verdict(desk: Session) -> None:
    answer(desk, 1, survey=Survey(name="Survey"), customer=make_customer(desk), csat=1)
    text = text_of(satisfaction(MARCH))
    assert "Too few answers" in text
    assert "Below target" not in text


def test_hostile_comments_are_printed_as_they_stand(desk: Session) -> None:
    survey, names = Survey(name="Survey"), hostile_names(10)
    for name in names:
        customer = make_customer(desk, name[:200])
        answer(desk, 3, survey=survey, customer=customer, csat=1, comment=f"Q{name}")
    text = squeezed(text_of(satisfaction(MARCH)))
    for name in names:
        assert squeezed(theme.plain(f"Q{name}")) in text, name


# stock ------------------------------------------------------------------------------
def stock(session: Session, warehouse: Warehouse, name: str, on_hand: str, value: str) -> None:
    given = {"on_hand": Decimal(on_hand), "value_amount": Decimal(value)}
    product = make_product(session, name)
    reserved = Decimal(on_hand) / 4
    session.add(StockLevel(product=product, warehouse=warehouse, reserved=reserved, **given))
    session.flush()


def test_each_warehouse_adds_up_and_so_does_the_list(desk: Session) -> None:
    north, south = (Warehouse(code=code, name=f"{code} store") for code in ("north", "south"))
    stock(desk, north, "Pump", "10", "1234.50")
    stock(desk, north, "Valve", "4", "100.00")
    stock(desk, south, "Pipe", "2.5", "65.50")
    stock(desk, south, "Gone", "0", "0")
    text = text_of(stock_list(None, with_value=True))
    for words in ("north store", "south store", "1,334.50", "65.50", "CNY 1,400.00", "123.45"):
        assert words in text, words
    assert "Gone" not in text
    alone = text_of(stock_list(south, with_value=True))
    assert "Pipe" in alone
    assert "Pump" not in alone


def test_a_list_for_counting_tells_no_value(desk: Session) -> None:
    stock(desk, Warehouse(code="n", name="North"), "Pump", "10", "1234.50")
    text = text_of(stock_list(None, with_value=False))
    assert "7.5" in text
    assert not re.search(r"\d\.\d\d(?!\d)|CNY|value|cost", text, re.IGNORECASE)


def test_a_long_stock_list_begins_on_its_first_page(desk: Session) -> None:
    warehouse = Warehouse(code="n", name="North")
    for number in range(150):
        stock(desk, warehouse, f"Part {number:03}!", "1", "1")
    pages = pages_of(stock_list(None, with_value=True))
    assert "Part 000!" in pages[0]
    text = "".join(pages)
    assert all(text.count(f"Part {number:03}!") == 1 for number in range(150))


def test_hostile_names_on_the_stock_list(desk: Session) -> None:
    names = hostile_names(30)
    warehouse = Warehouse(code="n", name=names[0][:64], address=names[1][:200])
    for name in names:
        stock(desk, warehouse, name[:200], "1", "1")
    text = squeezed(text_of(stock_list(None, with_value=True)))
    for name in [*names, names[0][:64]]:
        assert squeezed(theme.plain(name[:200])) in text, name


def test_an_empty_store_is_a_list_too(desk: Session) -> None:
    assert "Nothing to show." in text_of(stock_list(None, with_value=True))
