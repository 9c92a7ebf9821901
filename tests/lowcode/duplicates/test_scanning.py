"""All rows are looked through at once: what is one is put together, what was decided stays."""

import time
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.system.duplicates import DuplicateCluster, DuplicateMember, NotDuplicate
from app.lowcode.duplicates import scanning
from app.lowcode.duplicates.scanning import Scanned, scan
from app.rules.identity import normalize_name, phone_key


def add(session: Session, **values: Any) -> int:
    row = Customer(**values)
    session.add(row)
    session.flush()
    return row.id


def silent(_percent: float, _text: str) -> None:
    """Nobody watches."""


def clusters(session: Session, entity: str = "Customer") -> dict[frozenset[int], int]:
    """{keys: score} of what the last scan found."""
    query = (
        select(DuplicateCluster.id, DuplicateCluster.score, DuplicateMember.entity_id)
        .join(DuplicateMember, DuplicateMember.cluster_id == DuplicateCluster.id)
        .where(DuplicateCluster.entity == entity)
    )
    found: dict[int, tuple[int, set[int]]] = {}
    for key, score, member in session.execute(query):
        found.setdefault(key, (score, set()))[1].add(member)
    return {frozenset(members): score for score, members in found.values()}


@pytest.mark.usefixtures("database")
def test_rows_that_are_one_make_a_cluster_with_the_score_of_the_surest_pair(
    session: Session,
) -> None:
    one = add(session, name="华瑞科技有限公司", phone="13800138000")
    two = add(session, name="华瑞 科技", phone="138 0013 8000")
    sounds = add(session, name="华锐科技股份有限公司")
    other, again = add(session, name="Acme Tooling"), add(session, name="Acme Toolings Ltd.")
    add(session, name="恒达集团第一分公司")
    add(session, name="恒达集团第二分公司")
    assert scan(session, Customer, silent) == Scanned(7, 2, 0)
    found = clusters(session)
    assert found.keys() == {frozenset({one, two, sounds}), frozenset({other, again})}
    assert found[frozenset({one, two, sounds})] > found[frozenset({other, again})] >= 60


@pytest.mark.usefixtures("database")
def test_a_scan_replaces_the_last_one_and_keeps_what_was_decided(session: Session) -> None:
    one, two = add(session, name="华瑞科技"), add(session, name="华瑞科技公司")
    three, four = add(session, name="恒达精密"), add(session, name="恒达精密公司")
    scan(session, Customer, silent)
    session.add(NotDuplicate(entity="Customer", low_id=one, high_id=two))
    session.flush()
    scan(session, Customer, silent)
    assert clusters(session).keys() == {frozenset({three, four})}
    five = add(session, name="恒达 精密")
    scan(session, Customer, silent)
    assert clusters(session).keys() == {frozenset({three, four, five})}


def test_every_entity_is_scanned_by_its_own_rules(session: Session) -> None:
    one, two = add(session, name="甲"), add(session, name="乙")
    for name, customer in (("王伟", one), ("王伟", one), ("王伟", two)):
        session.add(Contact(name=name, customer_id=customer))
    session.flush()
    scan(session, Customer, silent)
    scan(session, Contact, silent)
    (found,) = clusters(session, "Contact")
    assert {session.get_one(Contact, key).customer_id for key in found} == {one}
    assert clusters(session) == {}


def test_keys_that_too_many_share_do_not_cost_the_square(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "MOST_TOGETHER", 5)
    for character in "甲乙丙丁戊己庚辛壬癸子丑":
        add(session, name=character * 3, phone="010-88886666")
    found = scan(session, Customer, silent)
    assert found.capped == 1
    assert sum(map(len, clusters(session))) == 12


def test_a_chain_of_slight_differences_is_no_cluster(session: Session) -> None:
    names = ["示例商贸甘草辛香", "示例商贸甘草辛楷", "示例商贸甘草银楷", "示例商贸麻黄银楷"]
    keys = [add(session, name=name) for name in names]
    scan(session, Customer, silent)
    assert clusters(session).keys() == {frozenset(keys[:2])}


def test_what_the_scan_says_on_its_way_never_falls(session: Session) -> None:
    for number in range(30):
        add(session, name=f"示例{number // 2:02}单位")
    told: list[float] = []
    scan(session, Customer, lambda percent, _text: told.append(percent))
    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 100


def test_twenty_thousand_customers_take_seconds(session: Session) -> None:
    words = "华瑞恒达信诚远东海天金石新宇博文光明正泰万里长江昆仑"
    rows = []
    for number in range(20_000):
        a, b, c = (words[number // 25**place % 25] for place in range(3))
        name = f"{a}{b}{c}{words[number % 7]}{number}贸易有限公司"
        phone = f"13{number:09}"
        rows.append(
            {
                "code": f"C{number}",
                "name": name,
                "phone": phone,
                "name_key": normalize_name(name),
                "phone_key": phone_key(phone),
            }
        )
    # Every hundredth is written a second time.
    rows += [
        {**row, "code": f"D{row['code']}", "name_key": row["name_key"] + "x"} for row in rows[::100]
    ]
    session.execute(insert(Customer), rows)
    start = time.perf_counter()
    found = scan(session, Customer, silent)
    assert found.clusters == 200
    assert time.perf_counter() - start < 60
