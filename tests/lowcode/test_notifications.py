"""People are told once, in their language, and see only what is theirs."""

import pytest
from flask_babel import force_locale
from sqlalchemy.orm import Session

from app.lowcode.notifications import mark_read, msgid, newest, notify, unread_count
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


def test_everybody_named_is_told_once(session: Session) -> None:
    one, two, other = (make_user(session).id for _ in range(3))
    notify(session, [one, two, one, None], "%(count)s rows came in.", count=91)
    told = [[item.text for item in newest(session, user, 10)] for user in (one, two, other)]
    assert told == [["91 rows came in."], ["91 rows came in."], []]


def test_the_text_and_its_words_are_translated_when_shown(session: Session) -> None:
    user = make_user(session).id
    notify(session, [user], "%(work)s", work=msgid("Customer"))
    with force_locale("zh"):
        shown_in_chinese = newest(session, user, 1)[0].text
    with force_locale("en"):
        shown_in_english = newest(session, user, 1)[0].text
    assert (shown_in_chinese, shown_in_english) == ("客户", "Customer")


def test_reading_one_or_all_leaves_other_peoples_messages_unread(session: Session) -> None:
    one, two = make_user(session).id, make_user(session).id
    for _ in range(3):
        notify(session, [one, two], "Hello")
    latest = newest(session, one, 1)[0]
    mark_read(session, two, latest.id)
    assert (unread_count(session, one), unread_count(session, two)) == (3, 3)
    mark_read(session, one, latest.id)
    assert [item.read for item in newest(session, one, 3)] == [True, False, False]
    mark_read(session, one)
    assert (unread_count(session, one), unread_count(session, two)) == (0, 3)


def test_older_messages_come_page_by_page(session: Session) -> None:
    user = make_user(session).id
    for number in range(5):
        notify(session, [user], "%(number)s", number=number)
    first = newest(session, user, 3)
    second = newest(session, user, 3, before=first[-1].id)
    assert [item.text for item in (*first, *second)] == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example/", "customers"])
def test_a_message_never_leads_out_of_the_product(session: Session, url: str) -> None:
    with pytest.raises(ValueError, match="inside the product"):
        notify(session, [1], "Hello", url)
