"""Numbers are given once, whoever asks at the same time, and without gaps."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.extensions import db
from app.lowcode.numbering import next_number
from app.lowcode.principal import system
from app.lowcode.settings import set_settings
from app.models import Customer
from app.rules.errors import InvalidInput

pytestmark = pytest.mark.usefixtures("database")
DAY = date(2026, 3, 5)
THREADS, EACH = 8, 100


def test_numbers_count_up_from_one(session: Session) -> None:
    assert [next_number(session, "customer", DAY) for _ in range(3)] == [
        "C00001",
        "C00002",
        "C00003",
    ]


def test_sequences_do_not_disturb_each_other(session: Session) -> None:
    next_number(session, "customer", DAY)
    assert next_number(session, "supplier", DAY) == "S00001"


def test_the_count_starts_again_with_the_period_of_the_pattern(session: Session) -> None:
    set_settings(session, {"number_customer": "KH{yyyy}{mm}-{seq:03}"})
    session.commit()
    days = [date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1), date(2026, 3, 31)]
    numbers = [next_number(session, "customer", day) for day in days]
    assert numbers == ["KH202603-001", "KH202603-002", "KH202604-001", "KH202603-003"]


def test_a_pattern_that_would_repeat_is_refused(session: Session) -> None:
    with pytest.raises(InvalidInput):
        set_settings(session, {"number_customer": "KH{yyyy}"})


def test_a_number_that_was_rolled_back_is_given_again(session: Session) -> None:
    next_number(session, "customer", DAY)
    session.commit()
    next_number(session, "customer", DAY)
    session.rollback()
    assert next_number(session, "customer", DAY) == "C00002"


def test_eight_threads_with_rollbacks_get_every_number_once(app: Flask) -> None:
    def take(thread: int) -> list[str]:
        kept = []
        with app.app_context(), system("test"):
            for turn in range(EACH):
                number = next_number(db.session, "customer", DAY)
                if (turn + thread) % 10 == 0:
                    db.session.rollback()
                else:
                    db.session.commit()
                    kept.append(number)
        return kept

    with ThreadPoolExecutor(THREADS) as pool:
        numbers = [number for kept in pool.map(take, range(THREADS)) for number in kept]
    assert sorted(numbers) == [f"C{value:05}" for value in range(1, len(numbers) + 1)]
    assert len(numbers) == THREADS * EACH * 9 // 10


def test_a_new_row_without_a_code_gets_the_next_number(session: Session) -> None:
    first, second = Customer(name="示例一"), Customer(name="示例二")
    session.add_all([first, second])
    session.commit()
    assert {first.code, second.code} == {"C00001", "C00002"}


def test_a_code_typed_by_hand_is_kept_and_its_number_skipped(session: Session) -> None:
    session.add(Customer(name="示例一", code="C00001"))
    session.commit()
    typed, numbered = Customer(name="示例二", code="C00002"), Customer(name="示例三")
    session.add_all([numbered, typed])
    session.commit()
    assert (typed.code, numbered.code) == ("C00002", "C00003")
