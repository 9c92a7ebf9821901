"""A company so small that every figure of its screens can be told by heart.

Two salespeople with a customer, a deal, an order and a task each, and five lamps in the warehouse.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from flask_babel import get_timezone
from sqlalchemy.orm import Session

from app.entities.catalog import Product
from app.entities.customers import Contact, Customer, CustomerAddress
from app.entities.inventory import Warehouse
from app.entities.sales.deal import Deal
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.entities.support import Ticket
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.entities.work import Task
from app.lowcode.fields.moments import today
from app.rules.customers import AddressKind
from app.services.inventory.ledger import post_opening
from app.services.sales.deals import check_deal
from app.services.sales.orders import prepare_order
from app.services.sales.pipelines import default_pipeline, stages_of
from tests.factories import make_user

LAMP, CUSTOMER, OTHERS_CUSTOMER = "演示台灯", "演示晨光学校", "演示北辰书店"
DEAL, OTHERS_DEAL = "开学季台灯", "书店照明改造"
TASK, OTHERS_TASK = "给学校回电话", "给书店寄样品"
OTHERS_TICKET = "书店的灯不亮"
TAX_RATE = Decimal("0.13")
#: user name after `demo_` → role
PEOPLE = {
    "sales": "sales",
    "colleague": "sales",
    "sales_manager": "sales_manager",
    "warehouse": "warehouse",
    "finance": "finance",
    "service": "service",
}


def fill(session: Session) -> None:
    """Add the small company to the reference data of a new installation; commits."""
    team = Team(code="demo-sales", name="演示销售部")
    people = {
        name: make_user(
            session, role, username=f"demo_{name}", name=f"演示{role}{place}", team=team
        )
        for place, (name, role) in enumerate(PEOPLE.items(), start=1)
    }
    team.manager = people["sales_manager"]
    lamp = Product(name=LAMP, sale_price=Decimal(100))
    warehouse = session.query(Warehouse).one()
    session.add(lamp)
    session.flush()
    yesterday = datetime.now(get_timezone()) - timedelta(days=1)
    post_opening(session, lamp, warehouse, Decimal(5), Decimal(300), now=yesterday)
    mine = _add_customer(session, CUSTOMER, people["sales"])
    theirs = _add_customer(session, OTHERS_CUSTOMER, people["colleague"])
    _add_deal(session, DEAL, mine, lamp, Decimal(400))
    _add_deal(session, OTHERS_DEAL, theirs, lamp, Decimal(900))
    order = SalesOrder(customer=theirs, owner=theirs.owner, order_date=today(), warehouse=warehouse)
    order.lines.append(SalesOrderLine(product=lamp, quantity=Decimal(1)))
    prepare_order(order, tax_rate=TAX_RATE)
    session.add(order)
    session.add(Ticket(customer=theirs, subject=OTHERS_TICKET, product=lamp))
    for subject, customer in ((TASK, mine), (OTHERS_TASK, theirs)):
        owner = customer.owner
        session.add(
            Task(subject=subject, customer=customer, assignee=owner, team=team, due_date=today())
        )
    session.commit()


def _add_customer(session: Session, name: str, owner: User) -> Customer:
    customer = Customer(name=name, owner=owner, team=owner.team)
    customer.addresses.append(
        CustomerAddress(
            kind=AddressKind.OFFICE, city="演示市", street="演示路 1 号", is_default=True
        )
    )
    session.add_all([customer, Contact(name=f"{name}的联系人", customer=customer)])
    return customer


def _add_deal(
    session: Session, title: str, customer: Customer, product: Product, amount: Decimal
) -> None:
    """In the first stage of the usual pipeline since now."""
    pipeline = default_pipeline(session)
    deal = Deal(
        title=title,
        customer=customer,
        product=product,
        amount=amount,
        pipeline=pipeline,
        stage=stages_of(pipeline)[0],
        owner=customer.owner,
        team=customer.team,
    )
    check_deal(
        session, deal, is_new=True, by_id=customer.owner.id, now=datetime.now(get_timezone())
    )
    session.add(deal)
