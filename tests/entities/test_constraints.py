"""What the database itself holds, whoever writes: named constraints on both databases."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.entities.catalog import Product, ProductCategory, ProductComponent, Unit
from app.entities.customers import Contact, Customer, CustomerAddress, Interaction, Tag
from app.entities.marketing import Campaign, CampaignMember
from app.entities.purchasing import Supplier
from app.entities.support import Survey, SurveyResponse, Ticket

pytestmark = pytest.mark.usefixtures("database")


def same_code(entity: type[Any]) -> Callable[[Session], list[Any]]:
    return lambda _session: [entity(code="A1", name="示例甲"), entity(code="A1", name="示例乙")]


def own_parent(session: Session) -> list[Any]:
    customer = Customer(name="示例集团")
    session.add(customer)
    session.flush()
    customer.parent_id = customer.id
    return [customer]


def own_superior(session: Session) -> list[Any]:
    contact = Contact(customer=Customer(name="示例"), name="演示经理")
    session.add(contact)
    session.flush()
    contact.reports_to_id = contact.id
    return [contact]


def own_category(session: Session) -> list[Any]:
    category = ProductCategory(code="A", name="示例")
    session.add(category)
    session.flush()
    category.parent_id = category.id
    return [category]


def part_twice(_session: Session) -> list[Any]:
    product, part = Product(name="示例套装"), Product(name="示例椅")
    product.components = [
        ProductComponent(component=part, quantity=Decimal(1)),
        ProductComponent(component=part, quantity=Decimal(2)),
    ]
    return [product, part]


def part_of(quantity: Decimal) -> Callable[[Session], list[Any]]:
    def rows(_session: Session) -> list[Any]:
        product = Product(name="示例套装")
        product.components = [ProductComponent(component=Product(name="椅"), quantity=quantity)]
        return [product]

    return rows


def answer_of(**values: Any) -> Callable[[Session], list[Any]]:
    def rows(_session: Session) -> list[Any]:
        return [SurveyResponse(survey=Survey(name="示例"), customer=Customer(name="甲"), **values)]

    return rows


def rated_twice(_session: Session) -> list[Any]:
    customer, survey = Customer(name="甲"), Survey(name="示例")
    ticket = Ticket(subject="示例", customer=customer)
    return [
        SurveyResponse(survey=survey, customer=customer, ticket=ticket, csat=csat)
        for csat in (1, 5)
    ]


def member_twice(_session: Session) -> list[Any]:
    campaign, contact = Campaign(name="示例"), Contact(name="演示", customer=Customer(name="甲"))
    return [CampaignMember(campaign=campaign, contact=contact, name="演示") for _ in range(2)]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(same_code(Customer), id="two customers with one code"),
        pytest.param(same_code(Supplier), id="two suppliers with one code"),
        pytest.param(same_code(Product), id="two products with one code"),
        pytest.param(same_code(Unit), id="two units with one code"),
        pytest.param(same_code(ProductCategory), id="two categories with one code"),
        pytest.param(lambda _: [Tag(name="甲"), Tag(name="甲")], id="two tags with one name"),
        pytest.param(
            lambda _: [Product(name="甲", barcode="690"), Product(name="乙", barcode="690")],
            id="two products with one barcode",
        ),
        pytest.param(
            lambda _: [Customer(name="甲", credit_limit=Decimal("-0.01"))],
            id="a negative credit limit",
        ),
        pytest.param(
            lambda _: [Product(name="甲", sale_price=Decimal(-1))], id="a negative sale price"
        ),
        pytest.param(
            lambda _: [Product(name="甲", purchase_price=Decimal(-1))],
            id="a negative purchase price",
        ),
        pytest.param(own_parent, id="a customer that is its own parent"),
        pytest.param(own_superior, id="a contact that reports to itself"),
        pytest.param(own_category, id="a category below itself"),
        pytest.param(part_twice, id="a part twice in one set"),
        pytest.param(part_of(Decimal(0)), id="a part without quantity"),
        pytest.param(same_code(Campaign), id="two campaigns with one code"),
        pytest.param(
            lambda _: [Ticket(subject="示例", customer=Customer(name="甲"), rating=6)],
            id="a ticket rated beyond the scale",
        ),
        pytest.param(answer_of(csat=0), id="satisfaction below the scale"),
        pytest.param(answer_of(nps=11), id="a recommendation beyond the scale"),
        pytest.param(answer_of(), id="a response that answers nothing"),
        pytest.param(rated_twice, id="two answers about one ticket"),
        pytest.param(member_twice, id="a contact twice in one campaign"),
        pytest.param(
            lambda _: [
                Campaign(name="示例", start_date=date(2026, 3, 2), end_date=date(2026, 3, 1))
            ],
            id="a campaign that ends before it starts",
        ),
    ],
)
def test_the_database_refuses(session: Session, rows: Callable[[Session], list[Any]]) -> None:
    session.add_all(rows(session))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_customer_with_contacts_is_not_deleted(session: Session) -> None:
    customer = Customer(name="示例")
    session.add(Contact(customer=customer, name="演示经理"))
    session.commit()
    session.delete(customer)
    with pytest.raises(IntegrityError):
        session.flush()


def test_addresses_and_tags_go_with_their_customer(session: Session) -> None:
    tag = Tag(name="重点")
    customer = Customer(name="示例", addresses=[CustomerAddress(street="示范大道")], tags=[tag])
    session.add(customer)
    session.commit()
    session.delete(customer)
    session.commit()
    assert session.scalar(select(func.count()).select_from(CustomerAddress)) == 0
    assert session.get(Tag, tag.id) is not None


def test_new_rows_get_numbers_keys_and_plain_defaults(session: Session) -> None:
    customer = Customer(name="示例 科技 有限公司", phone="+86 138 0013 8000")
    talk = Interaction(customer=customer, subject="电话")
    session.add_all([customer, talk])
    session.commit()
    assert customer.code
    assert (customer.name_key, customer.phone_key) == ("示例科技", "13800138000")
    assert (customer.kind, customer.tier, customer.lifecycle_stage, customer.country) == (
        "company",
        "potential",
        "prospect",
        "CN",
    )
    assert talk.happened_on.tzinfo is not None


def test_the_keys_follow_the_name(session: Session) -> None:
    supplier = Supplier(name="示例纸业")
    session.add(supplier)
    session.commit()
    supplier.name = "示例包装有限公司"
    session.commit()
    assert supplier.name_key == "示例包装"
