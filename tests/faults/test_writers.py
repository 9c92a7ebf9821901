"""Eight people who save without a pause and twenty who read: nobody is turned away."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import quantiles

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.entities.customers import Customer
from tests.callers import Caller, inside

WRITERS, READERS, SECONDS = 8, 20, 20

pytestmark = pytest.mark.usefixtures("database")
Times = list[float]


def test_nobody_is_turned_away_while_eight_people_save_without_a_pause(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    callers = [Caller(app, "administrator") for _ in range(WRITERS + READERS)]
    names = count()
    end = time.monotonic() + SECONDS

    def save(caller: Caller) -> int:
        return caller.post("customers", name=f"示例客户 {next(names)}").status_code

    def read(caller: Caller) -> int:
        return caller.get("customers", page_size=20).status_code

    def keep_on(work: Callable[[Caller], int], caller: Caller, expected: int) -> Times:
        times = []
        while (start := time.monotonic()) < end:
            assert work(caller) == expected
            times.append(time.monotonic() - start)
        return times

    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        tasks = [pool.submit(keep_on, save, caller, 201) for caller in callers[:WRITERS]]
        tasks += [pool.submit(keep_on, read, caller, 200) for caller in callers[WRITERS:]]
        times = [task.result() for task in tasks]
    saved, looked = times[:WRITERS], times[WRITERS:]
    with capsys.disabled():
        print(f"\n{app.config['SQLALCHEMY_DATABASE_URI'].partition(':')[0]}:", end=" ")
        print(f"{told('saved', saved)}; {told('read', looked)}")
    with inside(app) as session:
        assert session.scalar(select(func.count(Customer.id))) == sum(map(len, saved))
    assert all(saved), "everybody came to save"


def told(word: str, times: list[Times]) -> str:
    """How often and how fast, for people."""
    cuts = quantiles([each for mine in times for each in mine], n=100)
    return f"{word} {sum(map(len, times))}, p50 {cuts[49]:.3f} s, p99 {cuts[98]:.3f} s"
