"""A sample company: enough customers, talks and products to see every screen at work."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from seed.demo.campaigns import add_campaigns
from seed.demo.customers import add_customers
from seed.demo.goods import add_products, add_suppliers
from seed.demo.people import add_people
from seed.demo.sales import add_sales
from seed.demo.sample import Sample
from seed.demo.service import add_answers, add_tasks, add_tickets
from seed.demo.trade import add_trade


def fill(
    session: Session, echo: Callable[[str], object], now: datetime | None = None
) -> list[tuple[str, str, str]]:
    """Add the sample company to a database that holds the reference data only; flushes.

    The last year before `now` (aware) is filled. Returns (user name, role, password) of the users
    who can sign in: the passwords stand nowhere else.
    """
    sample = Sample(session, now or datetime.now(UTC))
    echo("  演示团队和用户 / teams and users")
    users = add_people(sample)
    echo("  演示供应商和产品 / suppliers and products")
    add_suppliers(sample)
    add_products(sample)
    echo("  演示客户 / customers with contacts and interactions")
    add_customers(sample)
    echo("  演示线索和商机 / leads and deals")
    add_sales(sample)
    echo("  演示库存、采购、订单和收款 / stock, purchases, orders and payments")
    add_trade(sample)
    echo("  演示营销活动 / campaigns")
    add_campaigns(sample)
    echo("  演示工单、满意度和任务 / tickets, satisfaction and tasks")
    add_tickets(sample)
    add_answers(sample)
    add_tasks(sample)
    session.flush()
    return users
