"""What a role may not see is in no answer, and what it may not write is written by no door."""

from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from app.entities.catalog import Product
from app.entities.customers import Customer
from app.entities.inventory import StockLevel
from app.lowcode import field_rights, registered
from app.lowcode.importing.engine import run_import
from app.lowcode.importing.mapping import Mapping
from app.lowcode.importing.reading import read_table
from app.lowcode.principal import Principal, acting_as, system
from app.lowcode.screens.saving import FieldErrors, save
from app.lowcode.security import principal_for
from app.rules.errors import InvalidInput
from app.rules.masking import FieldLevel
from tests.callers import Caller, inside
from tests.forms import fields_of
from tests.secrets import (
    CONTACT_PHONE,
    COST,
    LIMIT,
    PHONE,
    ROLE,
    TAX,
    Keys,
    make_company,
    secrets_in,
    told,
)
from tests.visitors import Visitor

NONE, MASKED, READ, WRITE = FieldLevel
MASK = "138****9871"


@pytest.fixture
def keys(app: Flask) -> Keys:
    return make_company(app)


@pytest.fixture
def insider(keys: Keys, visitor: Any) -> Visitor:
    return visitor(ROLE, locale="en")


@pytest.fixture
def program(app: Flask, keys: Keys) -> Caller:
    return Caller(app, ROLE, locale="en")


@pytest.fixture
def actor(app: Flask, keys: Keys, insider: Visitor) -> Principal:
    with app.app_context(), system("test"):
        return principal_for(insider.user_id or 0)


RESOURCES = (
    "customers", "contacts", "leads", "products", "stock-levels", "stock-moves",
    "purchase-orders", "sales-orders", "suppliers", "warehouses",
)  # fmt: skip


# reading ------------------------------------------------------------------------
@pytest.mark.parametrize("resource", RESOURCES)
def test_no_list_tells(insider: Visitor, resource: str) -> None:
    addresses = [f"/{resource}/", f"/{resource}/?layout=board", f"/{resource}/?layout=chart"]
    addresses += [f"/{resource}/?layout=calendar", f"/{resource}/?sort=id"]
    addresses += [f"/{resource}/chart?chart={index}" for index in range(9)]
    addresses += [f"/{resource}/export.{fmt}?columns=all" for fmt in ("csv", "xlsx", "pdf")]
    addresses += [f"/{resource}/export.csv"]
    for address in addresses:
        answer = insider.get(address)
        assert answer.status_code in {200, 404}, address
        assert secrets_in(answer) == [], address


def test_no_record_and_no_form_tells(insider: Visitor, keys: Keys) -> None:
    for resource, key in (
        ("customers", keys.customer),
        ("contacts", keys.contact),
        ("leads", keys.lead),
        ("products", keys.product),
        ("sales-orders", keys.order),
        ("purchase-orders", keys.purchase),
        ("stock-levels", keys.level),
        ("warehouses", keys.warehouse),
    ):
        record = f"/{resource}/{key}"
        assert insider.get(record).status_code == 200
        for page in (record, f"{record}/edit", f"/{resource}/new"):
            assert secrets_in(insider.get(page)) == [], page


def test_no_other_page_tells(insider: Visitor, keys: Keys) -> None:
    order, customer = keys.order, keys.customer
    for page in (
        "/", "/audit-entries/", "/audit-entries/export.csv?columns=all", "/bin-entries/",
        "/stock/", "/my-day/", "/goods/", "/reports/", "/funnel/", "/funnel/chart",
        f"/contacts/related/customers/{customer}",
        f"/stock-levels/related/products/{keys.product}",
        "/purchase-orders/related/suppliers/1",
        f"/customers/{customer}/print/customer_statement",
        f"/sales-orders/{order}/print/sales_order", f"/sales-orders/{order}/print/quotation",
        "/reports/stock-list.pdf?values=1", "/reports/monthly-sales.pdf?month=2026-03",
        f"/reports/customer-statement.pdf?customer={customer}&since=2026-01-01&until=2026-12-31",
        "/customers/new?phone=138&credit_limit=5",
        "/import/customers/template.xlsx", "/import/products/template.xlsx",
        "/palette?q=Secret", "/customers/picker/parent?q=Secret",
        "/sales-orders/picker/contact?q=Ms",
    ):  # fmt: skip
        answer = insider.get(page)
        assert answer.status_code < 500, page
        assert secrets_in(answer) == [], page


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_api_tells_nothing(program: Caller, resource: str) -> None:
    listed = program.get(resource)
    assert listed.status_code == 200
    assert secrets_in(listed) == []
    for row in listed.json["result"]:
        assert secrets_in(program.get(f"{resource}/{row['id']}")) == []
    info = program.get(f"{resource}/_info")
    assert secrets_in(info) == []
    names = [field["name"] for field in info.json["fields"]]
    assert not {"credit_limit", "purchase_price", "mobile"} & set(names)


def test_masked_values_stand_where_the_values_would(insider: Visitor, program: Caller) -> None:
    keys = program.get("customers").json["result"]
    assert keys[0]["phone"] == MASK
    assert MASK in insider.get("/customers/").text
    assert MASK in insider.get(f"/customers/{keys[0]['id']}").text
    assert "t***@example.com" in insider.get(f"/customers/{keys[0]['id']}/edit").text
    assert MASK in told(insider.get("/customers/export.csv"))
    assert "tel:" not in insider.get("/customers/").text


def test_the_past_is_masked_as_well(insider: Visitor, keys: Keys) -> None:
    page = insider.get(f"/customers/{keys.customer}/history")
    assert page.status_code == 200
    assert secrets_in(page) == []
    assert MASK in page.text
    assert "Credit limit" not in page.text


def test_what_may_be_read_is_shown(insider: Visitor, program: Caller, keys: Keys) -> None:
    assert TAX in insider.get(f"/customers/{keys.customer}").text
    assert program.get(f"customers/{keys.customer}").json["tax_number"] == TAX


def test_the_same_pages_tell_an_administrator(app: Flask, visitor: Any, keys: Keys) -> None:
    admin = visitor("administrator", locale="en")
    assert PHONE in told(admin.get("/customers/"))
    assert COST in told(admin.get("/products/export.csv"))
    assert "68,888.88" in told(admin.get("/stock-levels/"))


# no oracle ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("resource", "query"),
    [
        ("products", f"f.purchase_price={COST}"),
        ("products", "f.purchase_price=0..1"),
        ("products", "sort=-purchase_price"),
        ("customers", "f.credit_limit=0..1"),
        ("customers", "sort=phone"),
        ("customers", "sort=-credit_limit"),
        ("stock-levels", "f.value_amount=0..1"),
        ("stock-levels", "sort=value_amount"),
        ("purchase-orders", "f.total_amount=0..1"),
    ],
)
def test_asking_for_a_hidden_column_changes_nothing_and_is_said(
    insider: Visitor, program: Caller, resource: str, query: str
) -> None:
    asked = insider.get(f"/{resource}/?{query}").text
    assert "There is no filter" in asked or "cannot be sorted" in asked
    assert program.call("GET", f"{resource}?{query}").status_code == 400
    assert program.get(resource).json["count"] > 0


@pytest.mark.parametrize(
    "condition",
    [
        '{"field":"purchase_price","op":"gt","value":"0"}',
        '{"not":{"field":"purchase_price","op":"empty"}}',
        '{"any":[{"field":"name","op":"contains","value":"T"},'
        '{"field":"purchase_price","op":"lt","value":"1"}]}',
    ],
)
def test_a_condition_cannot_name_a_hidden_column(program: Caller, condition: str) -> None:
    assert program.call("GET", f"products?where={quote(condition)}").status_code == 400


@pytest.mark.parametrize("words", [PHONE, PHONE[-4:], "topsecret"])
def test_search_does_not_look_into_masked_columns(
    insider: Visitor, program: Caller, words: str
) -> None:
    assert program.get("customers", q=words).json["count"] == 0
    assert "Secret Ltd" not in insider.get(f"/palette?q={words}").text
    assert insider.get(f"/sales-orders/picker/customer?q={words}").json == []
    assert program.get("customers", q="Secret").json["count"] == 1


def test_search_does_not_look_into_hidden_columns(program: Caller) -> None:
    assert program.get("contacts", q=CONTACT_PHONE).json["count"] == 0
    assert program.get("contacts", q="Contact").json["count"] == 1


def test_an_own_record_is_not_compared_by_what_is_hidden(insider: Visitor, keys: Keys) -> None:
    page = insider.post("/customers/new", name="Another", kind="company", phone=PHONE)
    assert "looks the same" not in page.text


# writing ------------------------------------------------------------------------
def test_a_form_saves_the_rest_and_leaves_what_is_locked(
    app: Flask, insider: Visitor, keys: Keys
) -> None:
    action = f"/customers/{keys.customer}/edit"
    fields = fields_of(insider.get(action).text, action)
    fields |= {"name": "Renamed", "phone": "13000000000", "credit_limit": "1", "tax_number": "x"}
    assert insider.post(action, **fields).status_code == 302
    with inside(app) as session:
        customer = session.get_one(Customer, keys.customer)
        assert customer.name == "Renamed"
        assert (customer.phone, customer.tax_number) == (PHONE, TAX)
        assert customer.credit_limit == Decimal(LIMIT)


def test_a_form_opened_and_saved_loses_nothing(app: Flask, insider: Visitor, keys: Keys) -> None:
    action = f"/products/{keys.product}/edit"
    fields = fields_of(insider.get(action).text, action)
    assert "purchase_price" not in fields
    assert insider.post(action, **fields).status_code == 302
    with inside(app) as session:
        assert session.get_one(Product, keys.product).purchase_price == Decimal(COST)


def test_read_only_fields_are_shown_and_cannot_be_typed(insider: Visitor, keys: Keys) -> None:
    page = insider.get(f"/customers/{keys.customer}/edit").text
    line = next(line for line in page.splitlines() if 'name="tax_number"' in line)
    assert "readonly" in line
    assert TAX in line


@pytest.mark.parametrize(
    ("resource", "body"),
    [
        ("customers", {"phone": "13000000000"}),
        ("customers", {"tax_number": None}),
        ("customers", {"credit_limit": "5"}),
        ("products", {"purchase_price": "1"}),
    ],
)
def test_the_api_refuses_what_may_not_be_written(
    program: Caller, keys: Keys, resource: str, body: dict[str, Any]
) -> None:
    key = {"customers": keys.customer, "products": keys.product}[resource]
    version = program.get(f"{resource}/{key}").json["version"]
    assert program.patch(f"{resource}/{key}", version=version, **body).status_code == 422
    assert program.post(resource, name="New", **body).status_code == 422
    assert program.get(f"{resource}/{key}").json["version"] == version


def test_the_api_takes_the_rest(program: Caller) -> None:
    answer = program.post("customers", name="New", website="example.com")
    assert answer.status_code == 201
    assert answer.json["website"] == "example.com"


def test_a_value_given_by_hand_is_refused_with_the_flush(
    app: Flask, actor: Principal, keys: Keys
) -> None:
    view = registered.screens(app)[Customer]
    with app.test_request_context(), acting_as(actor):
        customer = view.session.get(Customer, keys.customer)
        with pytest.raises(FieldErrors) as refused:
            save(view, customer, {"name": "Fine", "phone": "13000000000"}, is_new=False)
        assert list(refused.value.errors) == ["phone"]
        view.session.rollback()
        customer = view.session.get(Customer, keys.customer)
        # The value that stands there already is no change.
        save(view, customer, {"name": "Fine", "phone": PHONE}, is_new=False)
        assert customer.name == "Fine"


def test_what_rules_set_is_not_asked_about(app: Flask, actor: Principal, keys: Keys) -> None:
    with app.test_request_context(), acting_as(actor):
        view = registered.screens(app)[StockLevel]
        level = view.session.get(StockLevel, keys.level)
        values = {"on_hand": Decimal(8), "notes": None}
        view.perform("adjust", [level], values)
        view.session.commit()
        assert level.on_hand == 8


def test_an_action_that_asks_for_a_locked_column_is_not_offered(
    app: Flask, actor: Principal, keys: Keys
) -> None:
    view = registered.screens(app)[StockLevel]
    locked = Principal(
        actor.user_id,
        actor.name,
        actor.permissions,
        actor.scopes,
        field_levels={"StockLevel": {"on_hand": READ}},
    )
    with app.test_request_context():
        with acting_as(actor):
            assert view.may_action("adjust")
        with acting_as(locked):
            assert not view.may_action("adjust")


@pytest.mark.parametrize("column", ["phone", "credit_limit", "tax_number"])
def test_an_import_does_not_take_a_locked_column(
    app: Flask, actor: Principal, tmp_path: Any, column: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_text(f"name,extra\nNew,{PHONE}\n", encoding="utf-8")
    mapping = Mapping.from_json(
        {"resource": "customers", "fields": {"name": "name", column: "extra"}}
    )
    with app.test_request_context(), acting_as(actor):
        view = registered.screens(app)[Customer]
        with read_table(path, filename="file.csv") as table, pytest.raises(InvalidInput):
            run_import(view.session, mapping, table)


# levels -------------------------------------------------------------------------
def levels(**columns: FieldLevel) -> Principal:
    return Principal(1, "test", field_levels={"Product": columns})


def test_what_is_computed_is_read_no_further_than_what_it_comes_from(app: Flask) -> None:
    with app.app_context():
        with acting_as(levels(purchase_price=NONE)):
            assert field_rights.level(StockLevel, "value_amount") is NONE
            assert field_rights.level(StockLevel, "on_hand") is WRITE
        with acting_as(levels(purchase_price=MASKED)):
            assert field_rights.shown(StockLevel, "value_amount", Decimal(5)) == "***"
        with acting_as(levels(purchase_price=READ)):
            assert field_rights.level(StockLevel, "value_amount") is WRITE


def test_a_column_without_a_mask_is_hidden_rather_than_shown(app: Flask) -> None:
    with app.app_context(), acting_as(levels(barcode=MASKED)):
        assert field_rights.level(Product, "barcode") is NONE


def test_a_path_is_as_open_as_its_relations(app: Flask) -> None:
    with app.app_context(), acting_as(levels(category=NONE)):
        assert not field_rights.visible(StockLevel, "product.category")
        assert not field_rights.visible(Product, "category_id")
        assert field_rights.visible(StockLevel, "product.code")
