"""One description of a column serves typing, showing, filtering, files and the API."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale, refresh
from sqlalchemy import select
from sqlalchemy.orm import Session

import app.models  # noqa: F401 - every table is mapped before the first is asked
from app.entities.catalog import Product, ProductComponent
from app.entities.customers import Contact, Customer, Interaction, Tag
from app.entities.types import average_of, product_of
from app.lowcode import conditions
from app.lowcode.fields import Field, field_of, fields_of, resolve
from app.lowcode.fields.relations import key_of
from app.rules.customers import Tier
from app.rules.errors import InvalidInput
from tests.callers import Caller, inside
from tests.visitors import Visitor

NOW = datetime(2026, 3, 5, 16, 30, tzinfo=UTC)  # 6 March 00:30 in Shanghai


@contextmanager
def zone(app: Flask, name: str) -> Iterator[None]:
    before = app.config["BABEL_DEFAULT_TIMEZONE"]
    app.config["BABEL_DEFAULT_TIMEZONE"] = name
    app.extensions["babel"].default_timezone = name
    try:
        with app.test_request_context():
            refresh()
            yield
    finally:
        app.config["BABEL_DEFAULT_TIMEZONE"] = before
        app.extensions["babel"].default_timezone = before


# kinds and labels -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("model", "name", "kind"),
    [
        (Customer, "name", "text"),
        (Customer, "notes", "long"),
        (Customer, "tier", "choice"),
        (Customer, "credit_limit", "money"),
        (ProductComponent, "quantity", "quantity"),
        (Tag, "position", "number"),
        (Customer, "cooperation_since", "date"),
        (Interaction, "happened_on", "moment"),
        (Customer, "do_not_contact", "flag"),
        (Customer, "owner", "relation"),
        (Customer, "tags", "tags"),
        (Customer, "phone", "phone"),
        (Customer, "email", "email"),
        (Customer, "website", "url"),
    ],
)
def test_the_kind_of_a_field_follows_from_its_column(model: Any, name: str, kind: str) -> None:
    assert field_of(model, name).kind == kind


@pytest.mark.parametrize("name", ["nothing", "addresses", "__class__", "owner.password"])
def test_a_name_that_is_no_field_is_an_error(name: str) -> None:
    with pytest.raises(LookupError):
        field_of(Customer, name)


@pytest.mark.parametrize("path", ["tags.name", "name.length", "owner.nothing", "addresses.city"])
def test_a_path_follows_many_to_one_relations_alone(path: str) -> None:
    with pytest.raises(LookupError):
        resolve(Customer, path)


def test_labels_come_from_names_and_are_translated_when_shown(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert str(field_of(Customer, "credit_limit").label) == "Credit limit"
        assert str(field_of(Customer, "parent").label) == "Parent company"
        assert str(resolve(Contact, "customer.name").label) == "Customer"
    with app.test_request_context(), force_locale("zh"):
        assert str(field_of(Customer, "tier").label) == "客户等级"


def test_an_entity_has_no_field_twice() -> None:
    """A foreign key is reached through its relation."""
    names = [field.name for field in fields_of(Customer)]
    assert len(names) == len(set(names))
    assert "owner" in names
    assert "owner_id" not in names


# reading and writing --------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("credit_limit", "1,280.50", Decimal("1280.50")),
        ("credit_limit", "１２３", Decimal(123)),
        ("credit_limit", "1.5万", Decimal(15000)),
        ("cooperation_since", "2026/3/5", date(2026, 3, 5)),
        ("cooperation_since", "２０２６－０３－０５", date(2026, 3, 5)),
        ("tier", "vip", Tier.VIP),
        ("tier", "VIP", Tier.VIP),
        ("do_not_contact", "是", True),
        ("name", "  示例\x00 ", "示例"),
        ("notes", "a\r\nb", "a\nb"),
        ("phone", "010-6552 9988", "010-6552 9988"),
        ("credit_limit", " ", None),
    ],
)
def test_fields_read_what_people_type(app: Flask, name: str, typed: str, value: Any) -> None:
    with app.test_request_context():
        assert field_of(Customer, name).read(typed) == value


def test_a_date_without_a_year_is_of_this_year(app: Flask) -> None:
    with app.test_request_context():
        read = field_of(Customer, "cooperation_since").read("3月5日")
    assert (read.month, read.day) == (3, 5)
    assert abs(read.year - datetime.now(UTC).year) <= 1


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("credit_limit", "12.505"),
        ("credit_limit", "1.280,50"),
        ("credit_limit", "9" * 20),
        ("credit_limit", "NaN"),
        ("credit_limit", "1e400"),
        ("cooperation_since", "05/03/2026"),
        ("cooperation_since", "2026-02-30"),
        ("cooperation_since", "0001-01-01"),
        ("tier", "gold"),
        ("email", "nobody"),
        ("website", "javascript://x"),
        ("name", "x" * 201),
        ("do_not_contact", "maybe"),
        ("owner", "99999999999999999999"),
        ("owner", "²"),
        ("owner", "-1"),
    ],
)
def test_a_doubtful_value_is_refused_with_a_reason(app: Flask, name: str, typed: str) -> None:
    with inside(app), app.test_request_context(), pytest.raises(InvalidInput):
        field_of(Customer, name).read(typed)


@pytest.mark.parametrize("field", fields_of(Customer) + fields_of(Interaction), ids=str)
def test_what_stands_in_an_input_reads_back_to_the_same_value(app: Flask, field: Field) -> None:
    examples: dict[str, Any] = {
        "text": "示例, “x” <b>",
        "long": "line 1\nline 2",
        "number": -7,
        "money": Decimal("-1280.50"),
        "date": date(2026, 3, 5),
        "moment": datetime(2026, 3, 5, 14, 30, tzinfo=UTC),
        "flag": True,
        "phone": "+8613800138000",
        "email": "a@example.com",
        "url": "https://example.com/x",
    }
    with app.test_request_context():
        if field.kind == "choice":
            values = [field.parse(option.value) for option in field.options]
        elif field.kind in examples and field.info.get("format") != "uscc":
            values = [examples[field.kind]]
        else:
            values = []
        for value in values:
            assert field.read(field.typed(value)) == value


@pytest.mark.parametrize(
    ("raw", "key"),
    [("5", 5), (5, 5), (" 5 ", 5), ("²", None), ("-1", None), ("9" * 30, None), (True, None),
     ("4294967297", 2**31 - 1), ("", None), (None, None), ("5.0", None), ("٣", None)],
)  # fmt: skip
def test_only_plain_digits_are_a_key(raw: Any, key: int | None) -> None:
    assert key_of(raw) == key


# money ----------------------------------------------------------------------------
@pytest.mark.usefixtures("database")
def test_twelve_fifty_stays_twelve_fifty_everywhere(
    app: Flask, visitor: Callable[..., Visitor]
) -> None:
    """Form, list, filter, sort, sum, average, product, CSV and API; SQLite and PostgreSQL."""
    boss = visitor("administrator", locale="en")
    for code, price in (("A", "12.50"), ("B", "0.10"), ("C", "0.20"), ("D", "100")):
        answer = boss.post(
            "/products/new", name=code, code=code, use="finished", is_active="y", sale_price=price
        )
        assert answer.status_code == 302, answer.text
    with inside(app) as session:
        product = session.scalars(select(Product).where(Product.code == "A")).one()
        assert product.sale_price == Decimal("12.50")
        key = product.id
        prices = select(average_of(Product.sale_price)).where(Product.code.in_(["B", "C"]))
        assert session.scalar(prices) == Decimal("0.15")
        session.add(ProductComponent(product_id=key + 3, component_id=key, quantity=Decimal("2.5")))
        session.flush()
        part = select(product_of(Product.sale_price, ProductComponent.quantity)).join(
            ProductComponent, ProductComponent.component_id == Product.id
        )
        assert session.scalar(part) == Decimal("31.25")
    assert 'value="12.50"' in boss.get(f"/products/{key}/edit").text
    for query in ("12.50..12.50", "12.5..", "..12.50"):
        assert f'href="/products/{key}"' in boss.get(f"/products/?f.sale_price={query}").text
    assert f'href="/products/{key}"' not in boss.get("/products/?f.sale_price=12.51..").text
    page = boss.get("/products/?sort=sale_price").text
    links = [page.index(f'href="/products/{key + offset}"') for offset in (1, 2, 0, 3)]
    assert links == sorted(links)
    assert "12.50" in boss.get("/products/export.csv").text.replace('"', "")
    caller = Caller(app, "administrator")
    assert caller.call("GET", f"products/{key}").json["sale_price"] == "12.50"


@pytest.mark.usefixtures("database")
def test_the_total_of_a_list_is_exact(app: Flask, visitor: Callable[..., Visitor]) -> None:
    with inside(app) as session:
        session.add_all(Customer(name=f"C{n}", credit_limit=Decimal("0.10")) for n in range(3))
    text = visitor("administrator", locale="en").get("/customers/").text
    assert "0.30" in text
    assert "0.3000000" not in text


# moments --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("Asia/Shanghai", "2026-03-06 00:30"),
        ("America/New_York", "2026-03-05 11:30"),
        ("UTC", "2026-03-05 16:30"),
    ],
)
def test_a_moment_is_shown_and_typed_in_the_readers_zone(
    app: Flask, place: str, shown: str
) -> None:
    field = field_of(Interaction, "happened_on")
    with zone(app, place):
        assert field.text(NOW) == shown
        assert field.read(shown) == NOW
        assert field.read("2026-03-05T16:30:00Z") == NOW  # a program says its own zone
        assert field.read("2026-03-06T00:30:00+08:00") == NOW
        assert field.plain(NOW)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("place", "day", "hits"),
    [
        ("Asia/Shanghai", "2026-03-06", True),
        ("Asia/Shanghai", "2026-03-05", False),
        ("America/New_York", "2026-03-05", True),
        ("America/New_York", "2026-03-06", False),
        ("Asia/Shanghai", "2026-03-06..2026-03-06", True),
        ("Asia/Shanghai", "..2026-03-06", True),
        ("Asia/Shanghai", "2026-03-07..", False),
    ],
)
def test_a_day_is_the_readers_day(app: Flask, place: str, day: str, hits: bool) -> None:
    with inside(app) as session:
        customer = Customer(name="示例")
        session.add(Interaction(subject="x", customer=customer, happened_on=NOW))
    with zone(app, place), inside(app) as session:
        assert _found(session, day) == int(hits)


@pytest.mark.usefixtures("database")
def test_days_of_23_and_25_hours_begin_and_end_where_the_clock_says(app: Flask) -> None:
    """New York: 8 March 2026 lasts 23 hours, 1 November 2026 lasts 25."""
    edges = [
        datetime(2026, 3, 8, 5, 0, tzinfo=UTC),  # 00:00 EST
        datetime(2026, 3, 9, 3, 59, tzinfo=UTC),  # 23:59 EDT
        datetime(2026, 11, 1, 4, 0, tzinfo=UTC),  # 00:00 EDT
        datetime(2026, 11, 2, 4, 59, tzinfo=UTC),  # 23:59 EST
    ]
    with inside(app) as session:
        customer = Customer(name="示例")
        for moment in edges:
            session.add(Interaction(subject="x", customer=customer, happened_on=moment))
    with zone(app, "America/New_York"), inside(app) as session:
        counts = [
            _found(session, day)
            for day in ("2026-03-07", "2026-03-08", "2026-03-09", "2026-11-01", "2026-11-02")
        ]
    assert counts == [0, 2, 0, 2, 0]


def _found(session: Session, text: str) -> int:
    tree = conditions.from_text(Interaction, "happened_on", text)
    where = conditions.to_sql(Interaction, tree)
    return len(session.scalars(select(Interaction.id).where(where)).all())
