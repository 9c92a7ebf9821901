"""An import can do no more than the person could by hand."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.customers import Customer, Tag
from app.lowcode.principal import DataScope, Principal, acting_as
from app.rules.errors import DomainError
from tests.factories import make_user
from tests.lowcode.importing.bringing import Bring, counts

pytestmark = pytest.mark.usefixtures("database")


class TestRights:
    """An import can do no more than the person could by hand."""

    @pytest.fixture
    def person(self, session: Session) -> Callable[..., Principal]:
        user = make_user(session)

        def make(*rights: str, scope: DataScope = DataScope.OWN) -> Principal:
            pairs = {(right, "Customer") for right in rights}
            return Principal(user.id, user.name, frozenset(pairs), {"Customer": scope})

        return make

    FIELDS = {"code": "code", "name": "name"}

    def test_without_the_right_to_import_nothing_is_read(
        self, bring: Bring, person: Callable[..., Principal]
    ) -> None:
        with acting_as(person("can_add", "can_edit")), pytest.raises(DomainError):
            bring("customers", ["name", "Alpha"], {"name": "name"})

    @pytest.mark.parametrize(
        ("right", "expected"), [("can_add", (1, 0, 0, 1)), ("can_edit", (0, 1, 0, 1))]
    )
    def test_adding_and_changing_are_rights_of_their_own(
        self,
        bring: Bring,
        session: Session,
        person: Callable[..., Principal],
        right: str,
        expected: tuple[int, ...],
    ) -> None:
        actor = person("can_import", right)
        session.add(Customer(name="Alpha", code="A", owner_id=actor.user_id))
        session.commit()
        with acting_as(actor):
            result = bring("customers", ["code,name", "A,Alpha 2", "B,Beta"], self.FIELDS)
        assert counts(result) == expected

    def test_rows_outside_the_scope_are_neither_changed_nor_doubled(
        self, bring: Bring, session: Session, person: Callable[..., Principal]
    ) -> None:
        session.add(Customer(name="Alpha", code="A"))
        session.commit()
        with acting_as(person("can_import", "can_add", "can_edit")):
            result = bring("customers", ["code,name", "A,Mine now", "B,Beta"], self.FIELDS)
        assert counts(result) == (1, 0, 0, 1)
        assert "Alpha" not in result.errors[0].text
        session.expire_all()
        assert set(session.scalars(select(Customer.name))) == {"Alpha", "Beta"}

    def test_new_rows_belong_to_the_person(
        self, bring: Bring, session: Session, person: Callable[..., Principal]
    ) -> None:
        actor = person("can_import", "can_add")
        with acting_as(actor):
            bring("customers", ["name", "Alpha"], {"name": "name"})
        assert session.scalars(select(Customer.owner_id)).one() == actor.user_id

    def test_words_are_added_only_by_who_may_add_them(
        self, bring: Bring, session: Session, person: Callable[..., Principal]
    ) -> None:
        fields = {"name": "name", "tags": "tags"}
        with acting_as(person("can_import", "can_add")):
            result = bring("customers", ["name,tags", "A,x"], fields, create_missing=["tags"])
        assert counts(result) == (0, 0, 0, 1)
        assert session.scalar(select(func.count(Tag.id))) == 0
