"""Settings are changed on one screen, by who may, and nothing typed is lost when it is refused."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu

from app.extensions import db
from app.lowcode.principal import system
from app.lowcode.settings import get_setting
from app.models import AuditEntry, Role
from tests.forms import fields_of
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
URL = "/settings/"


@pytest.fixture
def administrator(visitor: Visitors) -> Visitor:
    return visitor("administrator", locale="en")


def kept(app: Flask, *keys: str) -> list[object]:
    with app.app_context():
        return [get_setting(key) for key in keys]


def test_saving_the_form_untouched_changes_nothing(app: Flask, administrator: Visitor) -> None:
    form = fields_of(administrator.get(URL).text, URL)
    assert administrator.post_raw(URL, data=form).status_code == 302
    assert fields_of(administrator.get(URL).text, URL)["version"] == form["version"]


def test_what_is_changed_is_kept_shown_and_stands_in_the_trail(
    app: Flask, administrator: Visitor
) -> None:
    form = fields_of(administrator.get(URL).text, URL)
    form |= {"company_name": "示例公司", "number_customer": "KH{yyyy}-{seq:04}"}
    del form["notify_job_done"]  # an unticked box is not sent
    assert administrator.post_raw(URL, data=form).status_code == 302
    assert kept(app, "company_name", "number_customer", "notify_job_done") == [
        "示例公司",
        "KH{yyyy}-{seq:04}",
        False,
    ]
    assert "示例公司" in administrator.get(URL).text
    with app.app_context(), system("test"):
        trail = db.session.query(AuditEntry).filter_by(entity="Setting").all()
    assert {entry.label for entry in trail} == {
        "company_name",
        "number_customer",
        "notify_job_done",
    }
    assert {entry.user_id for entry in trail} == {administrator.user_id}


def test_a_bad_value_saves_nothing_and_keeps_what_was_typed(
    app: Flask, administrator: Visitor
) -> None:
    form = fields_of(administrator.get(URL).text, URL)
    form |= {"company_name": "示例公司", "number_customer": "no sequence"}
    answer = administrator.post_raw(URL, data=form)
    assert answer.status_code == 422
    assert {"示例公司", "no sequence"} <= set(fields_of(answer.text, URL).values())
    assert 'id="number_customer-error"' in answer.text
    assert kept(app, "company_name") == [""]


def test_two_people_choose_between_what_they_changed(app: Flask, visitor: Visitors) -> None:
    first, second = visitor("administrator"), visitor("administrator", locale="en")
    forms = [fields_of(person.get(URL).text, URL) for person in (first, second)]
    forms[0] |= {"company_name": "示例一", "payment_days": "14"}
    forms[1] |= {"company_name": "示例二", "number_customer": "KH{seq:04}"}
    assert first.post_raw(URL, data=forms[0]).status_code == 302
    asked = second.post_raw(URL, data=forms[1])
    assert asked.status_code == 409
    assert kept(app, "company_name", "payment_days") == ["示例一", 14]
    choice = fields_of(asked.text, URL)
    assert "company_name" not in choice, "both changed it: nobody has chosen yet"
    assert (choice["payment_days"], choice["number_customer"]) == ("14", "KH{seq:04}")
    assert re.search(r"<td[^>]*>empty</td>.*示例二.*示例一", asked.text, re.DOTALL)
    # Going on in the form keeps what was chosen and what the other one saved.
    edited = second.post_raw(URL, data=choice | {"company_name": "示例二", "review": "1"})
    form = fields_of(edited.text, URL)
    assert (form["company_name"], form["version"]) == ("示例二", choice["version"])
    assert second.post_raw(URL, data=form).status_code == 302
    names = ("company_name", "payment_days", "number_customer")
    assert kept(app, *names) == ["示例二", 14, "KH{seq:04}"]


def test_a_refused_form_still_knows_what_it_was_typed_upon(app: Flask, visitor: Visitors) -> None:
    first, second = visitor("administrator"), visitor("administrator", locale="en")
    forms = [fields_of(person.get(URL).text, URL) for person in (first, second)]
    assert first.post_raw(URL, data=forms[0] | {"company_name": "示例一"}).status_code == 302
    typed = forms[1] | {"company_name": "示例二", "payment_days": "many"}
    refused = second.post_raw(URL, data=typed)
    assert refused.status_code == 422
    again = fields_of(refused.text, URL) | {"payment_days": "14"}
    assert second.post_raw(URL, data=again).status_code == 409
    assert kept(app, "company_name") == ["示例一"]


def grant(app: Flask, role: str, permission: str, screen: str) -> None:
    with app.app_context(), system("test"):
        pair = (
            db.session.query(PermissionView)
            .join(Permission)
            .join(ViewMenu)
            .filter(Permission.name == permission, ViewMenu.name == screen)
            .one()
        )
        granted = db.session.query(Role).filter_by(name=role).one()
        granted.permissions.append(pair)
        db.session.commit()


def test_who_may_only_look_sees_the_values_and_cannot_change_them(
    app: Flask, visitor: Visitors
) -> None:
    grant(app, "finance", "can_show", "Setting")
    person = visitor("finance", locale="en")
    page = person.get(URL)
    assert page.status_code == 200
    assert "Asia/Shanghai" in page.text
    assert fields_of(page.text, URL) == {}
    assert person.post(URL, company_name="示例").status_code == 403


@pytest.mark.parametrize("role", ["sales", "read_only"])
def test_other_roles_are_refused(visitor: Visitors, role: str) -> None:
    person = visitor(role)
    assert (person.get(URL).status_code, person.post(URL).status_code) == (403, 403)
