"""Orders, quotations and delivery notes: everything agreed is on the paper, and nothing else."""

import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask_babel import force_locale
from pypdf import PdfReader
from sqlalchemy.orm import Session

from app.entities.catalog import Unit
from app.entities.customers import Contact, Customer
from app.entities.inventory import Warehouse
from app.entities.sales.order import Carrier, SalesOrder
from app.lowcode.settings import set_settings
from app.reports import theme
from app.reports.delivery_note import delivery_note, delivery_notes
from app.reports.order_papers import quotation, sales_order
from app.rules.countries import Country
from app.rules.errors import DomainError
from app.rules.orders import OrderState
from tests.papers import (
    hostile_names,
    make_order,
    make_product,
    pages_of,
    squeezed,
    text_of,
)

WRITERS: dict[str, tuple[Callable[[SalesOrder], bytes], OrderState]] = {
    "sales order": (sales_order, OrderState.CONFIRMED),
    "quotation": (quotation, OrderState.DRAFT),
    "delivery note": (delivery_note, OrderState.CONFIRMED),
}


@pytest.fixture(params=WRITERS)
def paper(request: pytest.FixtureRequest) -> tuple[Callable[[SalesOrder], bytes], OrderState]:
    """Each kind of paper with a state in which it is written."""
    return WRITERS[request.param]


def whole_order(session: Session, state: OrderState) -> SalesOrder:
    """An order with a value in everything that is printed."""
    unit = Unit(code="set", name="Setling")
    pump = make_product(session, "Pump", code="P-77", specification="DN50", unit=unit)
    customer = Customer(name="Alpha Works", phone="021-555-0100", tax_number="TAX-1")
    return make_order(
        session,
        customer,
        [
            {
                "product": pump,
                "quantity": Decimal("12.5"),
                "unit_price": Decimal("1234.50"),
                "discount_rate": Decimal("0.125"),
                "tax_rate": Decimal("0.13"),
                "description": "painted blue",
            }
        ],
        state=state,
        contact=Contact(name="Ms Contact", mobile="13800138000", customer=customer),
        order_date=date(2026, 3, 5),
        required_date=date(2026, 3, 20),
        due_date=date(2026, 4, 4),
        freight_amount=Decimal("88.80"),
        carrier=Carrier(name="Swift Carrier"),
        warehouse=Warehouse(code="w7", name="North store", address="Dock 4"),
        ship_name="Alpha site",
        ship_address="7 Harbour Road",
        ship_city="Springfield",
        ship_region="West Province",
        ship_postal_code="200120",
        ship_country=Country.DE,
        notes="Ring twice\nThen wait",
    )


def test_the_order_tells_everything_that_was_agreed(desk: Session) -> None:
    set_settings(
        desk,
        {
            "company_name": "Our Company",
            "company_address": "1 Our Street",
            "company_phone": "021-5555 0199",
            "order_terms": "Pay in time",
            "bank_account": "Bank 123",
        },
    )
    desk.commit()
    order = whole_order(desk, OrderState.CONFIRMED)
    order.paid_amount = Decimal("100")
    desk.commit()
    text = text_of(sales_order(order))
    for words in (
        *("Our Company", "1 Our Street", "021-5555 0199", "Sales order", order.code),
        *("Alpha Works", "TAX-1", "Ms Contact", "13800138000"),
        *("Alpha site", "7 Harbour Road", "200120 Springfield West Province Germany"),
        *("2026-03-05", "2026-03-20", "2026-04-04"),
        *("Pump", "P-77", "DN50", "painted blue", "12.5", "Setling", "1,234.50", "12.5%", "13%"),
        # 12.5 x 1234.50 = 15431.25, less 12.5 % = 13502.34375; tax 1755.3044
        *("13,502.34", "1,755.30", "88.80", "CNY 15,346.44", "-100.00", "15,246.44"),
        *("Ring twice", "Then wait", "Pay in time", "Bank 123"),
    ):
        assert words in text, words
    assert "Draft" not in text


def test_what_binds_nobody_says_so(desk: Session) -> None:
    assert "Draft" in text_of(sales_order(make_order(desk)))
    assert "Cancelled" in text_of(sales_order(make_order(desk, state=OrderState.CANCELLED)))


def test_a_quotation_says_how_long_it_holds(desk: Session) -> None:
    set_settings(desk, {"quotation_days": "45"})
    desk.commit()
    text = text_of(quotation(make_order(desk, order_date=date(2026, 3, 5))))
    assert "Valid until" in text
    assert "2026-04-19" in text


@pytest.mark.parametrize("state", [state for state in OrderState if state != OrderState.DRAFT])
def test_only_a_draft_is_quoted(desk: Session, state: OrderState) -> None:
    with pytest.raises(DomainError, match="Only a draft"):
        quotation(make_order(desk, state=state))


@pytest.mark.parametrize("state", [OrderState.DRAFT, OrderState.CANCELLED])
def test_nobody_delivers_what_is_not_agreed(desk: Session, state: OrderState) -> None:
    with pytest.raises(DomainError, match="Only a confirmed order"):
        delivery_note(make_order(desk, state=state))


def test_a_delivery_note_has_no_price_and_no_amount(desk: Session) -> None:
    order = whole_order(desk, OrderState.CONFIRMED)
    text = text_of(delivery_note(order))
    for words in ("Delivery note", order.code, "Pump", "P-77", "12.5", "Setling", "Swift Carrier"):
        assert words in text, words
    for words in ("North store", "Dock 4", "Alpha site", "7 Harbour Road", "Picked", "Received by"):
        assert words in text, words
    # No amount anywhere: nothing with two decimals, no currency, no rate.
    assert not re.search(r"\d\.\d\d(?!\d)|CNY|¥|%", text)
    assert not re.search(r"price|amount|discount|total", text, re.IGNORECASE)


def test_all_notes_of_a_round_are_in_one_file_the_most_urgent_first(desk: Session) -> None:
    north, south = (Warehouse(code=code, name=code) for code in ("north", "south"))
    late = make_order(
        desk, state=OrderState.CONFIRMED, warehouse=north, required_date=date(2026, 5, 2)
    )
    soon = make_order(
        desk, state=OrderState.CONFIRMED, warehouse=north, required_date=date(2026, 5, 1)
    )
    make_order(desk, state=OrderState.CONFIRMED, warehouse=south)
    make_order(desk, state=OrderState.SHIPPED, warehouse=north)
    pages = pages_of(delivery_notes(north))
    assert [soon.code in pages[0], late.code in pages[1], len(pages)] == [True, True, 2]
    assert len(pages_of(delivery_notes(None))) == 3


def test_a_round_without_orders_says_so(desk: Session) -> None:
    assert "No order is waiting" in text_of(delivery_notes(None))


def test_two_hundred_lines_go_on_over_pages_with_their_heads(
    desk: Session, paper: tuple[Callable[[SalesOrder], bytes], OrderState]
) -> None:
    write, state = paper
    lines = [{"product": f"Part number {n:03}!"} for n in range(200)]
    pages = pages_of(write(make_order(desk, lines=lines, state=state)))
    assert len(pages) > 4
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert ("Part number" in page) == ("Product" in page)
    text = "".join(pages)
    assert [text.count(f"Part number {n:03}!") for n in range(200)] == [1] * 200


def test_an_order_without_lines_is_still_a_paper(
    desk: Session, paper: tuple[Callable[[SalesOrder], bytes], OrderState]
) -> None:
    write, state = paper
    assert "Nothing to show." in text_of(write(make_order(desk, lines=[], state=state)))


def test_very_long_texts_are_kept_on_the_paper(
    desk: Session, paper: tuple[Callable[[SalesOrder], bytes], OrderState]
) -> None:
    write, state = paper
    order = make_order(
        desk,
        "客户" * 100,
        [{"product": "W" * 200, "description": "描述" * 100}],
        state=state,
        ship_name="收货" * 100,
        ship_address="地址" * 100,
        notes="\n".join(f"remark {number}" for number in range(300)),
    )
    text = squeezed(text_of(write(order)))
    for words in ("W" * 200, "描述" * 100, "收货" * 100, "地址" * 100, "remark299"):
        assert words in text, words[:2]


def test_hostile_texts_stand_in_every_place_as_they_were_typed(
    desk: Session, paper: tuple[Callable[[SalesOrder], bytes], OrderState]
) -> None:
    write, state = paper
    for name in hostile_names(20):
        order = make_order(
            desk,
            f"C{name}"[:200],
            [{"product": f"P{name}"[:200], "description": f"D{name}"[:200]}],
            state=state,
            ship_name=f"S{name}"[:200],
            ship_address=f"A{name}"[:200],
            notes=f"M{name}",
        )
        text = squeezed(text_of(write(order)))
        for letter in "PDSAM":
            assert squeezed(theme.plain(f"{letter}{name}")) in text, (letter, name)


def test_five_hundred_hostile_customers_get_five_hundred_papers(desk: Session) -> None:
    order = make_order(desk)
    for name in hostile_names(500):
        order.customer.name = name[:200]
        assert squeezed(theme.plain(name[:200])) in squeezed(text_of(quotation(order))), name


def test_every_font_is_embedded_and_a_missing_sign_is_named(desk: Session) -> None:
    data = quotation(make_order(desk, "Smile 😀 客户"))
    for page in PdfReader(io.BytesIO(data)).pages:
        for font in page["/Resources"]["/Font"].values():
            assert "NotoSansSC" in font.get_object()["/BaseFont"]
            assert "/FontFile2" in font.get_object()["/FontDescriptor"]
    text = text_of(data)
    assert "Smile □ 客户" in text
    assert "U+1F600" in text


def test_in_chinese_the_total_stands_in_capital_numerals_too(desk: Session) -> None:
    order = make_order(desk, lines=[{"unit_price": Decimal("1280.05")}])
    with force_locale("zh"):
        text = text_of(quotation(order))
    assert "壹仟贰佰捌拾元零伍分" in text
    assert "壹仟" not in text_of(quotation(order))


def test_places_are_written_from_the_largest_in_chinese(desk: Session) -> None:
    places = {"ship_region": "北京市", "ship_city": "北京", "ship_address": "示例路 1 号"}
    order = make_order(desk, ship_name="收货人", ship_country=Country.CN, **places)
    with force_locale("zh"):
        text = squeezed(text_of(quotation(order)))
    assert "中国北京市示例路1号" in text
