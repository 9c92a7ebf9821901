"""A record shown to others: for as long as it is shared, with what belongs to it, no more."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.system.organization import Team
from app.entities.system.row_access import RecordShare
from app.entities.system.user import User
from app.lowcode.access.sharing import share, shares_of, unshare
from app.lowcode.principal import acting_as
from app.lowcode.scope import ScopeViolation
from app.lowcode.security import principal_for
from app.rules.access import Access
from app.rules.errors import DomainError
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


class Shop:
    """A seller with a customer; a colleague elsewhere, in a team below another one."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.top = Team(code="top", name="top")
        self.team = Team(code="team", name="team", parent=self.top)
        session.add_all([self.top, self.team])
        session.flush()
        self.seller = make_user(session, "sales")
        self.colleague = make_user(session, "sales", team_id=self.team.id)
        self.customer = Customer(name="客户", owner=self.seller)
        self.customer.contacts.append(Contact(name="contact"))
        session.add(self.customer)
        session.commit()

    def seen_by(self, user: User) -> tuple[int, int]:
        """How many customers and contacts."""
        with acting_as(principal_for(user.id)):
            rows = [self.session.scalars(select(model.id)).all() for model in (Customer, Contact)]
        return len(rows[0]), len(rows[1])


@pytest.fixture
def shop(session: Session) -> Shop:
    return Shop(session)


@pytest.mark.parametrize("of", ["colleague", "team", "top"])
def test_a_shared_record_is_seen_with_what_belongs_to_it(
    session: Session, shop: Shop, of: str
) -> None:
    assert shop.seen_by(shop.colleague) == (0, 0)
    held = share(session, shop.customer, getattr(shop, of))
    session.commit()
    assert shop.seen_by(shop.colleague) == (1, 1)
    unshare(session, held)
    session.commit()
    assert shop.seen_by(shop.colleague) == (0, 0)


def test_a_share_ends_by_itself_without_anything_being_read_again(
    session: Session, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(session, shop.customer, shop.colleague, until=date(2040, 5, 5))
    session.commit()
    end = datetime(2040, 5, 5, 15, 59, 59, tzinfo=UTC)  # of the day by the clock of Shanghai
    with acting_as(principal_for(shop.colleague.id)):
        for moment, seen in ((end - timedelta(seconds=1), 1), (end, 0)):
            monkeypatch.setattr("app.lowcode.access.criteria.now_utc", lambda at=moment: at)
            # The criteria are compiled and cached by now: only the moment is another one.
            assert len(session.scalars(select(Customer)).all()) == seen


def _changes(shop: Shop, customer: Customer) -> None:
    customer.notes = "changed"


def _deletes_a_contact(shop: Shop, customer: Customer) -> None:
    shop.session.delete(customer.contacts[0])


def _adds_a_contact(shop: Shop, customer: Customer) -> None:
    shop.session.add(Contact(name="new", customer=customer))


ACTS = pytest.mark.parametrize(
    "act", [_changes, _deletes_a_contact, _adds_a_contact], ids=lambda act: act.__name__
)


@ACTS
@pytest.mark.parametrize("access", list(Access))
def test_only_a_share_to_change_lets_change(
    session: Session, shop: Shop, access: Access, act: Callable[..., None]
) -> None:
    share(session, shop.customer, shop.colleague, access)
    session.commit()
    with acting_as(principal_for(shop.colleague.id)):
        act(shop, session.scalars(select(Customer)).one())
        if access is Access.WRITE:
            session.commit()
        else:
            with pytest.raises(ScopeViolation):
                session.flush()
            session.rollback()


def test_whoever_may_change_a_shared_record_does_not_take_it(session: Session, shop: Shop) -> None:
    share(session, shop.customer, shop.colleague, Access.WRITE)
    stranger = make_user(session, "sales")
    with acting_as(principal_for(shop.colleague.id)):
        session.scalars(select(Customer)).one().owner = stranger
        with pytest.raises(ScopeViolation):
            session.flush()
        session.rollback()


def test_a_second_share_with_the_same_person_changes_the_first(
    session: Session, shop: Shop
) -> None:
    first = share(session, shop.customer, shop.colleague)
    second = share(session, shop.customer, shop.colleague, Access.WRITE)
    assert first is second
    assert [held.access for held in shares_of(session, shop.customer)] == [Access.WRITE]


def test_the_seller_shares_the_own_customer(session: Session, shop: Shop) -> None:
    with acting_as(principal_for(shop.seller.id)):
        held = share(session, session.scalars(select(Customer)).one(), shop.colleague)
        session.commit()
        unshare(session, held)
        session.commit()


@pytest.mark.parametrize("given", list(Access))
def test_nobody_shares_more_than_they_hold(session: Session, shop: Shop, given: Access) -> None:
    third = make_user(session, "sales")
    if given is Access.READ:
        share(session, shop.customer, shop.colleague, Access.READ)
    session.commit()
    with acting_as(principal_for(shop.colleague.id)):
        wanted = Access.WRITE if given is Access.READ else Access.READ
        session.add(
            RecordShare(
                entity="Customer", entity_id=shop.customer.id, user_id=third.id, access=wanted
            )
        )
        with pytest.raises(ScopeViolation):
            session.flush()
        session.rollback()


def test_nobody_shares_without_the_right_to(session: Session, shop: Shop) -> None:
    reader = make_user(session, "read_only")
    with acting_as(principal_for(reader.id)):
        with pytest.raises(ScopeViolation):
            share(session, session.scalars(select(Customer)).one(), shop.colleague)
        session.rollback()


@pytest.mark.parametrize(
    "wrong",
    [{"entity": "Product"}, {"entity": "Nothing"}, {"until": datetime(2020, 1, 1, tzinfo=UTC)}],
    ids=str,
)
def test_what_cannot_be_shared_is_refused(
    session: Session, shop: Shop, wrong: dict[str, Any]
) -> None:
    held = {"entity": "Customer", "entity_id": shop.customer.id, **wrong}
    session.add(RecordShare(user_id=shop.colleague.id, **held))
    with pytest.raises(DomainError):
        session.flush()
