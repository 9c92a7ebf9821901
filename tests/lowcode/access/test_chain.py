"""What decides about a row is looked up without leaving it in the session's memory."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.system.bin import BinEntry
from app.entities.system.row_access import AccessRule, AccessRuleSubject
from app.entities.system.user import User
from app.lowcode.access.chain import chain_of
from app.lowcode.access.explain import who_can_see
from app.lowcode.principal import acting_as, system
from app.lowcode.security import principal_for
from app.rules.access import Access, RuleEffect
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


class Scene:
    """A customer of somebody else; of it, the asking person is given the contact alone."""

    def __init__(self, session: Session) -> None:
        owner, asker = make_user(session, "sales"), make_user(session, "sales")
        customer = Customer(name="elsewhere", owner=owner)
        contact = Contact(name="known", customer=customer)
        rule = AccessRule(
            name="contacts",
            entity="Contact",
            effect=RuleEffect.ALLOW,
            operation=Access.WRITE,
            subjects=[AccessRuleSubject(user_id=asker.id)],
        )
        session.add_all([customer, contact, rule])
        session.commit()
        self.asker, self.owner = asker.id, owner.id
        self.customer, self.contact = customer.id, contact.id
        session.expunge_all()


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def reached(session: Session, scene: Scene, contact: Any) -> tuple[Any, Any]:
    return session.get(Customer, scene.customer), contact.customer


def test_it_leads_up_in_keys(session: Session, scene: Scene) -> None:
    contact = session.get_one(Contact, scene.contact)
    assert list(chain_of(contact)) == [(Contact, scene.contact), (Customer, scene.customer)]
    person = session.get_one(User, scene.asker)
    assert list(chain_of(person)) == [(User, scene.asker)]


def test_explaining_a_row_hands_nobody_the_record_above_it(session: Session, scene: Scene) -> None:
    with acting_as(principal_for(scene.asker)):
        contact = session.get_one(Contact, scene.contact)
        assert {reason.user_id for reason in who_can_see(contact)} == {scene.asker, scene.owner}
        assert reached(session, scene, contact) == (None, None)


def test_deleting_a_row_hands_nobody_the_record_above_it(session: Session, scene: Scene) -> None:
    with acting_as(principal_for(scene.asker)):
        contact = session.get_one(Contact, scene.contact)
        session.delete(contact)
        session.flush()
        assert reached(session, scene, contact) == (None, None)
    with system("test"):
        entry = session.scalars(select(BinEntry)).one()
        assert (entry.owner_id, entry.deleted_by_id) == (scene.owner, scene.asker)
