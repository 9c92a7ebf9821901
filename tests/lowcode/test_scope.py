"""Rows belong to people: what somebody may not see is not read, written, pointed at or counted."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, update
from sqlalchemy.orm import Session, aliased, joinedload, lazyload, selectinload

from app.entities.customers import Contact, Customer, CustomerAddress, Interaction, Tag
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.lowcode import principal as acting
from app.lowcode.principal import DataScope, NoPrincipal, Principal, acting_as, system
from app.lowcode.scope import ScopeViolation, columns_of
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


class Company:
    """Two teams, north above its branch and south beside it, one person and one customer each."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.teams = {name: Team(code=name, name=name) for name in ("north", "branch", "south")}
        self.teams["branch"].parent = self.teams["north"]
        session.add_all(self.teams.values())
        session.flush()
        self.users = {
            name: make_user(session, name=name, team_id=team.id)
            for name, team in self.teams.items()
        }
        self.customers = {}
        for name, user in self.users.items():
            customer = Customer(name=f"客户 {name}", owner=user)
            customer.contacts.append(Contact(name=f"{name} contact"))
            customer.addresses.append(CustomerAddress(street=f"{name} street"))
            self.customers[name] = customer
        session.add_all(self.customers.values())
        session.commit()
        self.keys = {name: row.id for name, row in self.customers.items()}
        self._user_ids = {name: user.id for name, user in self.users.items()}
        self._team_ids = {name: team.id for name, team in self.teams.items()}

    def person(self, name: str, reach: DataScope) -> Principal:
        below = ("north", "branch") if name == "north" else (name,)
        return Principal(
            user_id=self._user_ids[name],
            name=name,
            scopes={"Customer": reach},
            team_id=self._team_ids[name],
            team_ids=tuple(self._team_ids[team] for team in below),
        )


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


@pytest.mark.parametrize(
    ("reach", "seen"),
    [
        (DataScope.NONE, set()),
        (DataScope.OWN, {"north"}),
        (DataScope.TEAM, {"north", "branch"}),
        (DataScope.ALL, {"north", "branch", "south"}),
    ],
)
def test_a_person_reads_exactly_the_rows_of_their_scope_in_every_kind_of_statement(
    session: Session, company: Company, reach: DataScope, seen: set[str]
) -> None:
    keys = {company.keys[name] for name in seen}
    other = aliased(Customer)
    session.expire_all()
    with acting_as(company.person("north", reach)):
        assert {row.id for row in session.scalars(select(Customer))} == keys
        assert set(session.scalars(select(Customer.id))) == keys
        assert {row.id for row in columns_of(select(Customer.id, Customer.name))} == keys
        assert set(session.scalars(select(other.id))) == keys
        assert session.scalar(select(func.count()).select_from(Customer)) == len(keys)
        assert session.scalar(select(func.count(Customer.id))) == len(keys)
        counted = select(func.count()).select_from(Customer).scalar_subquery()
        assert session.scalar(select(counted)) == len(keys)
        assert {row.customer_id for row in session.scalars(select(Contact))} == keys
        assert set(session.scalars(select(CustomerAddress.customer_id))) == keys
        joined = select(Contact.customer_id, Customer.name).join(Contact.customer)
        assert {key for key, _name in session.execute(joined)} == keys
        from_parent = select(Customer.id, Contact.name).join(Customer.contacts)
        assert {key for key, _name in session.execute(from_parent)} == keys


def test_columns_are_read_with_what_waits_to_be_written_whoever_reads(
    session: Session, company: Company
) -> None:
    boss = Principal(None, "boss", is_administrator=True)
    for reader in (boss, company.person("north", DataScope.OWN)):
        with acting_as(reader):
            company.customers["north"].name = f"written by {reader.name}"
            names = {row.name for row in columns_of(select(Customer.name))}
            session.rollback()
        assert f"written by {reader.name}" in names
        assert len(names) == (3 if reader is boss else 1)


def test_rows_loaded_along_a_relationship_are_narrowed_like_any_other(
    session: Session, company: Company
) -> None:
    company.customers["north"].parent = company.customers["south"]
    session.commit()
    with acting_as(company.person("north", DataScope.OWN)):
        for way in (lazyload, joinedload, selectinload):
            session.expunge_all()
            statement = select(Customer).options(way(Customer.parent))
            mine = session.scalars(statement).unique().one()
            assert mine.parent is None, way  # there is one, but it is not theirs to see
            assert mine.parent_id == company.keys["south"]


@pytest.mark.parametrize(
    "statement",
    [
        lambda: select(Customer),
        lambda: select(Customer.name),
        lambda: select(aliased(Contact)),
        lambda: select(func.count()).select_from(Customer),
        lambda: select(Tag.name).where(exists().where(Customer.id == Tag.id)),
        lambda: select(Tag.name, select(func.max(Customer.credit_limit)).scalar_subquery()),
        lambda: select(User.name).join(Customer, Customer.owner_id == User.id),
        lambda: select(Interaction).join(Interaction.customer),
        lambda: update(Customer).values(name="x"),
        lambda: delete(Contact),
    ],
    ids=range(10),
)
def test_without_an_acting_person_no_statement_touches_scoped_rows(
    session: Session, company: Company, statement: Callable[[], Any]
) -> None:
    token = acting._current.set(None)
    try:
        with pytest.raises(NoPrincipal):
            session.execute(statement())
        with pytest.raises(NoPrincipal):
            columns_of(select(Customer.id))
        company.customers["north"].name = "changed"
        with pytest.raises(NoPrincipal):
            session.flush()
        session.rollback()
        assert session.scalar(select(func.count()).select_from(Team)) == 3  # shared rows are free
    finally:
        acting._current.reset(token)
    assert session.scalar(select(func.count()).where(Customer.name == "客户 north")) == 1


def _by_object(row: Any, name: str, target: Any) -> None:
    setattr(row, name, target)


def _by_key(row: Any, name: str, target: Any) -> None:
    setattr(row, f"{name}_id", target.id)


def _by_key_after_loading(row: Any, name: str, target: Any) -> None:
    """The relationship still holds the old row: it must not be what is checked."""
    assert getattr(row, name) is not None
    setattr(row, f"{name}_id", target.id)


WAYS = pytest.mark.parametrize("point", [_by_object, _by_key, _by_key_after_loading])


@WAYS
def test_nobody_gives_a_record_to_somebody_outside_their_scope(
    session: Session, company: Company, point: Callable[..., None]
) -> None:
    row, south = company.customers["north"], company.users["south"]
    for reach in (DataScope.OWN, DataScope.TEAM):
        session.refresh(south)
        with acting_as(company.person("north", reach)):
            point(row, "owner", south)
            with pytest.raises(ScopeViolation):
                session.flush()
            session.rollback()
    assert row.owner_id == company.users["north"].id


@WAYS
def test_a_manager_moves_records_inside_the_teams_below_and_the_team_follows(
    session: Session, company: Company, point: Callable[..., None]
) -> None:
    row, branch = company.customers["north"], company.users["branch"]
    session.expire_all()
    with acting_as(company.person("north", DataScope.TEAM)):
        point(row, "owner", branch)
        session.commit()
    assert row.owner is branch
    assert row.team_id == company.teams["branch"].id


@WAYS
def test_the_team_is_no_way_out_of_the_scope(
    session: Session, company: Company, point: Callable[..., None]
) -> None:
    """Owner outside and team inside, or a foreign team set by object: refused."""
    row = company.customers["branch"]
    with acting_as(company.person("north", DataScope.TEAM)):
        point(row, "team", company.teams["south"])
        with pytest.raises(ScopeViolation):
            session.flush()
        session.rollback()


@WAYS
def test_nobody_points_at_a_record_outside_their_scope(
    session: Session, company: Company, point: Callable[..., None]
) -> None:
    contact = company.customers["north"].contacts[0]
    south = company.customers["south"]
    session.refresh(south)
    with acting_as(company.person("north", DataScope.OWN)):
        point(contact, "customer", south)
        with pytest.raises(ScopeViolation):
            session.flush()
        session.rollback()
        new = Contact(name="new")
        point_new = _by_key if point is _by_key_after_loading else point
        point_new(new, "customer", south)
        session.add(new)
        with pytest.raises(ScopeViolation):
            session.flush()
        session.rollback()
    assert contact.customer_id == company.keys["north"]


def test_a_record_already_in_memory_is_still_not_changed_or_deleted(
    session: Session, company: Company
) -> None:
    """The session may hold rows that the product loaded on its own behalf."""
    south = company.customers["south"]
    assert south.name
    session.refresh(south.contacts[0])
    with acting_as(company.person("north", DataScope.OWN)):
        south.notes = "mine now"
        with pytest.raises(ScopeViolation):
            session.flush()
        session.rollback()
    with system("test"):
        session.refresh(south)
        contact = south.contacts[0]
    with acting_as(company.person("north", DataScope.TEAM)):
        session.delete(contact)
        with pytest.raises(ScopeViolation):
            session.flush()
        session.rollback()
    with system("test"):
        assert session.scalar(select(func.count()).select_from(Contact)) == 3


@pytest.mark.parametrize(
    "statement",
    [
        lambda: update(Customer).values(credit_limit=1),
        lambda: delete(Contact),
        lambda: insert(Customer).values(name="x", code="x", name_key="x"),
    ],
    ids=["update", "delete", "insert"],
)
def test_bulk_statements_of_a_person_do_not_go_around_the_checks(
    session: Session, company: Company, statement: Callable[[], Any]
) -> None:
    with acting_as(company.person("north", DataScope.TEAM)):
        with pytest.raises(ScopeViolation):
            session.execute(statement())
        session.rollback()
    assert session.execute(text("SELECT count(*) FROM contact")).scalar() == 3


@pytest.mark.parametrize("emptied", [True, False])
def test_a_new_record_belongs_to_its_maker_and_the_makers_team(
    session: Session, company: Company, emptied: bool
) -> None:
    """Also where a form sends the owner and the team empty."""
    with acting_as(company.person("branch", DataScope.OWN)):
        new = Customer(name="new")
        if emptied:
            new.owner, new.team = None, None
        session.add(new)
        session.commit()
        assert new.owner_id == company.users["branch"].id
        assert new.team_id == company.teams["branch"].id
        assert session.scalar(select(func.count()).select_from(Customer)) == 2


def test_a_chosen_team_stays(session: Session, company: Company) -> None:
    new = Customer(name="new", owner=company.users["north"], team=company.teams["branch"])
    session.add(new)
    session.commit()
    assert new.team_id == company.teams["branch"].id


def test_an_emptied_owner_takes_the_record_out_of_nobodys_sight(
    session: Session, company: Company
) -> None:
    """Whoever sees own rows only may not make one ownerless: it would vanish for them."""
    row = company.customers["north"]
    with acting_as(company.person("north", DataScope.OWN)):
        row.owner = None
        with pytest.raises(ScopeViolation):
            session.flush()
        session.rollback()


def test_the_product_itself_sees_and_changes_everything(session: Session, company: Company) -> None:
    with system("nightly"):
        assert session.scalar(select(func.count()).select_from(Customer)) == 3
        company.customers["south"].owner = company.users["north"]
        session.commit()
        session.execute(update(Customer).values(credit_limit=1))
        session.commit()
    assert company.customers["south"].team_id == company.teams["north"].id
