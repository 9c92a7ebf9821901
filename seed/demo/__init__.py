"""A sample company: enough customers, talks and products to see every screen at work."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from seed.demo.customers import add_customers
from seed.demo.goods import add_products, add_suppliers
from seed.demo.people import add_people
from seed.demo.sample import Sample


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
    session.flush()
    return users
