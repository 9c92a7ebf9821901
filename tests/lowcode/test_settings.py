"""Settings are typed, checked when written, and read anew by everybody after a change."""

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.extensions import db
from app.lowcode.principal import system
from app.lowcode.settings import all_options, company_zone, get_setting, set_settings
from app.models import Setting
from app.rules.errors import InvalidInput

pytestmark = pytest.mark.usefixtures("database")


def keep(app: Flask, **values: object) -> list[str]:
    with app.app_context(), system("test"):
        changed = set_settings(db.session, values)
        db.session.commit()
        return changed


def test_every_default_is_a_value_the_setting_itself_accepts(session: Session) -> None:
    for option in all_options():
        assert option.read(option.typed(option.initial)) == option.initial, option.key


def test_what_was_kept_is_read_by_others(app: Flask) -> None:
    keep(app, company_name="示例公司", import_rows="５，０００", notify_job_done="")
    with app.app_context():
        names = ("company_name", "import_rows", "notify_job_done")
        assert [get_setting(name) for name in names] == ["示例公司", 5000, False]


def test_a_setting_nobody_declared_does_not_exist(session: Session) -> None:
    with pytest.raises(KeyError):
        get_setting("colour_of_the_sky")


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("company_phone", "call me"),
        ("company_email", "nobody"),
        ("company_tax_number", "91110000"),
        ("language", "fr"),
        ("time_zone", "Middle/Earth"),
        ("time_zone", ""),
        ("currency", "RMB￥"),
        ("import_rows", "many"),
        ("import_rows", "0"),
        ("company_name", "长" * 201),
    ],
)
def test_a_bad_value_is_refused_and_named(session: Session, key: str, raw: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_settings(session, {"company_address": "北京", key: raw})
    assert refused.value.field == key
    assert session.scalar(select(Setting.id)) is None


def test_only_what_changed_is_written(app: Flask) -> None:
    assert keep(app, company_name="示例公司", currency="cny") == ["company_name"]
    assert keep(app, company_name="示例公司") == []
    assert keep(app, company_name="") == ["company_name"]


def test_a_rolled_back_change_is_seen_by_nobody(app: Flask) -> None:
    with app.app_context(), system("test"):
        set_settings(db.session, {"company_name": "示例公司"})
        get_setting("company_name")
        db.session.rollback()
    keep(app, company_phone="010-12345678")
    with app.app_context():
        assert get_setting("company_name") == ""


def test_a_context_asks_for_the_version_once_and_for_the_values_not_at_all(app: Flask) -> None:
    keep(app, company_name="示例公司")
    statements: list[str] = []
    with app.app_context():
        get_setting("company_name")
    with app.app_context():
        listener = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        for _ in range(3):
            get_setting("company_name")
            get_setting("currency")
        event.remove(db.engine, "before_cursor_execute", listener)
    assert len([text for text in statements if text.startswith("SELECT")]) == 1


def test_the_companys_clock_follows_its_zone(app: Flask) -> None:
    keep(app, time_zone="Europe/Berlin")
    with app.app_context():
        assert company_zone().key == "Europe/Berlin"
