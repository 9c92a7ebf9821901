"""The bell shows a person's own messages, and reading them is said by a post."""

from collections.abc import Callable

from flask import Flask

from app.extensions import db
from app.lowcode.notifications import newest, notify, unread_count
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


def tell(app: Flask, *people: Visitor, text: str = "Hello", url: str | None = None) -> int:
    """Notify; the key of the first person's message."""
    with app.app_context():
        notify(db.session, [person.user_id for person in people], text, url)
        db.session.commit()
        return newest(db.session, people[0].user_id or 0, 1)[0].id


def unread(app: Flask, person: Visitor) -> int:
    with app.app_context():
        return unread_count(db.session, person.user_id or 0)


def test_the_bell_shows_what_is_the_persons_own(app: Flask, visitor: Visitors) -> None:
    mine, other = visitor("sales"), visitor("sales")
    tell(app, mine, text="For me")
    tell(app, other, text="For somebody else")
    shown = mine.get("/notifications/recent").text
    assert "For me" in shown
    assert "For somebody else" not in shown
    assert "For me" in mine.get("/notifications/").text


def test_looking_changes_nothing_and_opening_marks_as_read(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales")
    key = tell(app, person, url="/customers/")
    person.get("/notifications/recent")
    person.get("/notifications/")
    assert unread(app, person) == 1
    answer = person.post(f"/notifications/{key}/open")
    assert (answer.status_code, answer.location) == (302, "/customers/")
    assert unread(app, person) == 0


def test_somebody_elses_message_does_not_exist(app: Flask, visitor: Visitors) -> None:
    mine, other = visitor("sales"), visitor("administrator")
    key = tell(app, mine)
    assert other.post(f"/notifications/{key}/open").status_code == 404
    other.post("/notifications/read")
    assert unread(app, mine) == 1


def test_all_can_be_read_at_once(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales")
    for _ in range(3):
        tell(app, person)
    assert person.post("/notifications/read").status_code == 302
    assert unread(app, person) == 0


def test_older_ones_are_on_the_next_page(app: Flask, visitor: Visitors) -> None:
    person = visitor("sales", locale="en")
    for number in range(51):
        tell(app, person, text=f"Message {number:02}")
    first = person.get("/notifications/").text
    assert "Message 00" not in first
    (address,) = {part.split('"')[0] for part in first.split('href="') if "before=" in part}
    assert "Message 00" in person.get(address).text


def test_nobody_who_is_not_signed_in_sees_any(app: Flask) -> None:
    for path in ("/notifications/", "/notifications/recent"):
        assert app.test_client().get(path).status_code == 401
