"""What a scan found is shown as far as somebody sees it, and what they decide is remembered."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Customer
from app.entities.system.duplicates import DuplicateMember, NotDuplicate
from app.lowcode.duplicates import clusters
from app.lowcode.duplicates.scanning import scan
from app.lowcode.principal import DataScope, Principal, acting_as
from app.rules.matching import MatchReason
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


def silent(_percent: float, _text: str) -> None:
    """Nobody watches."""


def scanned(session: Session, *rows: dict[str, Any]) -> list[Customer]:
    made = [Customer(**values) for values in rows]
    session.add_all(made)
    session.flush()
    scan(session, Customer, silent)
    session.commit()
    return made


def test_the_surest_come_first_with_their_reasons(session: Session) -> None:
    scanned(
        session,
        {"name": "恒达精密", "phone": "13900139000"},
        {"name": "信诚商贸", "phone": "13900139000"},
        {"name": "华瑞科技", "email": "a@example.com"},
        {"name": "华瑞科技公司", "email": "a@example.com"},
    )
    first, second = clusters.page_of(session, Customer, 1)
    assert clusters.count(session, Customer) == 2
    assert first.reasons == [MatchReason.SAME_NAME, MatchReason.SAME_EMAIL]
    assert second.reasons == [MatchReason.SAME_PHONE]
    assert first.score > second.score
    assert clusters.page_of(session, Customer, 2) == []


def test_score_and_reasons_are_those_of_today(session: Session) -> None:
    one, _two = scanned(session, {"name": "华瑞科技"}, {"name": "华瑞科技公司"})
    one.name = "恒达精密"
    session.flush()
    (cluster,) = clusters.page_of(session, Customer, 1)
    assert (cluster.score, cluster.reasons) == (0, [])


def test_only_groups_of_two_rows_in_sight_are_shown(session: Session) -> None:
    me, colleague = make_user(session), make_user(session)
    scanned(
        session,
        {"name": "华瑞科技", "owner": me},
        {"name": "华瑞科技公司", "owner": colleague},
        {"name": "恒达精密", "owner": me},
        {"name": "恒达精密公司", "owner": me},
        {"name": "恒达精密集团", "owner": colleague},
    )
    key = me.id
    session.expunge_all()
    with acting_as(Principal(key, "me", scopes={"Customer": DataScope.OWN})):
        (cluster,) = clusters.page_of(session, Customer, 1)
        assert clusters.count(session, Customer) == 1
        assert [row.name for row in cluster.rows] == ["恒达精密", "恒达精密公司"]


def test_rows_found_to_be_two_are_remembered_as_pairs(session: Session) -> None:
    rows = scanned(session, {"name": "华瑞"}, {"name": "华瑞公司"}, {"name": "华瑞集团"})
    (cluster,) = clusters.page_of(session, Customer, 1)
    clusters.dismiss(session, Customer, cluster.key, cluster.rows)
    session.commit()
    assert clusters.count(session, Customer) == 0
    assert session.scalars(select(DuplicateMember)).all() == []
    pairs = session.execute(select(NotDuplicate.low_id, NotDuplicate.high_id)).all()
    keys = sorted(row.id for row in rows)
    assert sorted(map(tuple, pairs)) == [
        (keys[0], keys[1]),
        (keys[0], keys[2]),
        (keys[1], keys[2]),
    ]
    scan(session, Customer, silent)
    assert clusters.count(session, Customer) == 0
