"""Whoever keeps the teams or the kinds of goods does not come to reach more by moving them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.catalog import ProductCategory
from app.entities.system.organization import Region, Team
from app.entities.system.user import Role, User
from app.lowcode.principal import DataScope, Principal, acting_as
from app.lowcode.security import principal_for
from app.lowcode.security.guard import EscalationRefused
from app.lowcode.security.rights import write_rights
from app.rules.access import ADMINISTRATOR
from tests.callers import Caller, inside
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


class Shape:
    """A company with two divisions of one team each; the person stands in the east."""

    def __init__(self, session: Session) -> None:
        self.region = Region(code="n", name="north")
        self.east, self.west = Team(code="e", name="east"), Team(code="w", name="west")
        self.shop = Team(code="es", name="east shop", parent=self.east)
        self.other = Team(code="ws", name="west shop", parent=self.west)
        self.tools = ProductCategory(code="t", name="tools")
        self.drills = ProductCategory(code="d", name="drills", parent=self.tools)
        self.food = ProductCategory(code="f", name="food")
        session.add_all([self.region, self.east, self.west, self.shop, self.other])
        session.add_all([self.tools, self.food, self.drills])
        session.flush()
        self.me = make_user(session, team_id=self.east.id, region_id=self.region.id)
        self.me.categories = [self.tools]
        session.commit()


@pytest.fixture
def shape(session: Session) -> Shape:
    return Shape(session)


@pytest.fixture
def keeper(shape: Shape) -> Principal:
    """The person, with every right over teams and categories, and goods of the own kinds."""
    known = principal_for(shape.me.id)
    return replace(
        known,
        scopes={"Product": DataScope.OWN},
        places={"categories": (shape.tools.id, shape.drills.id)},
    )


def takes_a_team(session: Session, shape: Shape) -> None:
    shape.other.parent = shape.east


def takes_a_team_by_its_key(session: Session, shape: Shape) -> None:
    shape.other.parent_id = shape.shop.id


def takes_a_division(session: Session, shape: Shape) -> None:
    shape.west.parent = shape.shop


def takes_a_team_below_a_new_one(session: Session, shape: Shape) -> None:
    shape.other.parent = Team(code="n", name="new", parent=shape.east)


def goes_where_others_share(session: Session, shape: Shape) -> None:
    shape.east.parent = shape.west


def takes_a_team_into_the_own_region(session: Session, shape: Shape) -> None:
    shape.other.region = shape.region


def takes_a_kind_of_goods(session: Session, shape: Shape) -> None:
    shape.food.parent = shape.drills


ATTEMPTS = [
    takes_a_team,
    takes_a_team_by_its_key,
    takes_a_division,
    takes_a_team_below_a_new_one,
    goes_where_others_share,
    takes_a_team_into_the_own_region,
    takes_a_kind_of_goods,
]


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.__name__)
def test_the_own_reach_does_not_grow_by_moving_branches(
    session: Session, shape: Shape, keeper: Principal, attempt: Callable[..., None]
) -> None:
    with acting_as(keeper):
        attempt(session, shape)
        with pytest.raises(EscalationRefused, match="widen what you reach"):
            session.flush()
        session.rollback()
    # The same by an administrator's hand goes through, so it was the person that was refused.
    with acting_as(principal_for(make_user(session, ADMINISTRATOR).id)):
        attempt(session, shape)
        session.flush()


def test_the_own_team_does_not_leave_the_line_above_it(session: Session, shape: Shape) -> None:
    """Rules for the teams above hold for the person, denying ones among them."""
    below = make_user(session, team_id=shape.shop.id)
    with acting_as(principal_for(below.id)):
        shape.shop.parent = None
        with pytest.raises(EscalationRefused):
            session.flush()
        session.rollback()


def renames(shape: Shape) -> Any:
    shape.east.name = "the east"


def makes_a_team_below(shape: Shape) -> Any:
    return Team(code="n", name="new", parent=shape.shop)


def moves_among_others(shape: Shape) -> Any:
    shape.other.parent = None


def gives_a_team_away(shape: Shape) -> Any:
    shape.shop.parent = shape.west


def moves_other_goods(shape: Shape) -> Any:
    shape.drills.parent = shape.food


@pytest.mark.parametrize(
    "act",
    [renames, makes_a_team_below, moves_among_others, gives_a_team_away, moves_other_goods],
    ids=lambda act: act.__name__,
)
def test_other_work_on_the_trees_goes_on(
    session: Session, shape: Shape, keeper: Principal, act: Callable[[Shape], Any]
) -> None:
    with acting_as(keeper):
        if made := act(shape):
            session.add(made)
        session.flush()


def test_the_field_is_named_and_the_rest_can_be_saved(app: Flask) -> None:
    keeper = Caller(app, "keeper")
    with inside(app) as session:
        role = session.scalars(select(Role).where(Role.name == "keeper")).one()
        write_rights(session, role, {("can_edit", "Team"), ("can_show", "Team")}, {})
        own, other = Team(code="o", name="own"), Team(code="x", name="other")
        session.add_all([own, other])
        session.flush()
        session.get_one(User, keeper.user_id).team_id = own.id
        keys = own.id, other.id
    answer = keeper.patch(f"teams/{keys[1]}", parent=keys[0])
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"parent"}
    assert keeper.patch(f"teams/{keys[1]}", name="renamed").status_code == 200
    with inside(app) as session:
        assert session.get_one(Team, keys[1]).parent_id is None


def test_whoever_stands_nowhere_may_move_everything(session: Session, shape: Shape) -> None:
    nobody: User = make_user(session)
    with acting_as(principal_for(nobody.id)):
        shape.other.parent = shape.east
        shape.food.parent = shape.drills
        session.flush()
