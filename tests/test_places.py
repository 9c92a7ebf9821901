"""Few are inside at once, in the order in which they came; nobody keeps others out for long."""

import threading
import time
from collections.abc import Callable

from app.places import Places, outside

LONG = 60.0


def come(places: Places, work: Callable[[], None]) -> threading.Thread:
    """Somebody who has come: is inside or waits."""
    began, waiting = threading.Event(), places.waiting

    def visit() -> None:
        with places.taken():
            began.set()
            work()

    thread = threading.Thread(target=visit)
    thread.start()
    while not began.is_set() and places.waiting == waiting:
        time.sleep(0.001)
    return thread


def test_who_came_first_is_let_in_first() -> None:
    places, served = Places(1, LONG), []
    with places.taken():
        visitors = [come(places, lambda each=each: served.append(each)) for each in range(5)]  # type: ignore[misc]
        assert places.waiting == 5
        assert served == []
    for visitor in visitors:
        visitor.join()
    assert served == [0, 1, 2, 3, 4]


def test_so_many_are_inside_at_once() -> None:
    places, both = Places(2, LONG), threading.Barrier(2)
    visitors = [come(places, lambda: both.wait(10)) for _ in range(2)]  # type: ignore[arg-type]
    for visitor in visitors:
        visitor.join()
    assert not both.broken


def test_who_stays_long_keeps_nobody_out() -> None:
    places, served = Places(1, 0.05), []
    with places.taken():
        come(places, lambda: served.append("next")).join(10)
        assert served == ["next"]


def test_who_waits_for_somebody_gives_up_the_place_meanwhile() -> None:
    places, served = Places(1, LONG), []
    with places.taken():
        with outside():
            come(places, lambda: served.append("other")).join(10)
        assert served == ["other"]
        kept_out = come(places, lambda: served.append("later"))
        assert places.waiting == 1
    kept_out.join()


def test_without_a_place_there_is_none_to_give_up() -> None:
    with outside():
        pass
