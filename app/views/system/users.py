"""The people who may sign in, as IT administrators keep them."""

from collections.abc import Sequence
from typing import Any

from flask import g, redirect, render_template, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.entities.system.user import Role, User
from app.lowcode.principal import current
from app.lowcode.screens import Chart, EntityInterface, EntityView, Section, action
from app.lowcode.security.throttle import forget_attempts
from app.rules.access import ADMINISTRATOR
from app.rules.errors import DomainError
from app.rules.trees import check_parent
from app.services.system.accounts import give_one_time_password


class UserView(EntityView):
    datamodel = EntityInterface(User)
    icon = "users"
    help_page = "access"
    list_columns = ["name", "username", "roles", "team", "region", "active", "last_login"]
    quick_search = ["name", "username", "email", "phone"]
    filters = ["active", "roles", "team", "region", "last_login", "created_on"]
    base_order = ("name", "asc")
    form = [
        Section("Person", ["name", "job_title", "email", "phone"]),
        Section("Account", ["username", "roles", "active"]),
        Section("Place in the company", ["team", "region", "reports_to"]),
        Section("Works at", ["warehouses", "categories"]),
    ]
    facts = ["username", "roles", "team", "active", "last_login"]
    layouts = [Chart("team"), Chart("region")]
    related_views = ["user-sessions", "api-keys"]
    match_keys = ["username", "email"]

    def pre_save(self, item: Any, is_new: bool) -> None:
        item.username = (item.username or "").strip().lower()
        if not item.username or any(letter.isspace() for letter in item.username):
            raise DomainError("A user name is one word without blanks.", field="username")
        item.name = item.name or item.username
        check_parent(item, lambda user: user.reports_to, field="reports_to")
        # Whoever may not sign in, such as people from a file, needs no password.
        if is_new and item.active:
            g.invited = (item, give_one_time_password(item))

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self) -> Any:
        """The form; once saved, the password for the first sign-in is shown, only now."""
        answer = super().add()
        if getattr(answer, "status_code", None) != 302 or "invited" not in g:
            return answer
        return self._show_passwords([g.invited], answer.location)

    @action(
        "reset_password",
        lazy_gettext("Reset password"),
        confirmation=lazy_gettext("Give a one-time password? The present one stops working."),
        icon="key",
    )
    def reset_password(self, items: Sequence[Any]) -> Any:
        """The answer shows the new passwords: they stand nowhere else."""
        passwords = []
        for user in items:
            passwords.append((user, give_one_time_password(user)))
            forget_attempts(f"user:{user.id}")
        return self._show_passwords(passwords, self.list_url())

    @action(
        "deactivate",
        lazy_gettext("Deactivate"),
        confirmation=lazy_gettext("Deactivate these people? They are signed out at once."),
        icon="user-off",
    )
    def deactivate(self, items: Sequence[Any]) -> None:
        self.apply(items, lambda user: setattr(user, "active", False))

    @action(
        "hand_over_all",
        lazy_gettext("Hand over everything"),
        icon="arrows-exchange",
        multiple=False,
    )
    def hand_over_all(self, items: Sequence[Any]) -> Any:
        (leaver,) = items
        return redirect(url_for("HandoverView.show", pk=leaver.id))

    @action("activate", lazy_gettext("Activate"), icon="user-check")
    def activate(self, items: Sequence[Any]) -> None:
        self.apply(items, lambda user: setattr(user, "active", True))

    def is_action_available(self, name: str, item: Any) -> bool:
        wanted = {"deactivate": True, "activate": False}.get(name)
        return wanted is None or bool(item.active) is wanted

    def candidates(self, field: Any, words: str) -> Any:
        """Of the roles those that the acting person may give."""
        found = super().candidates(field, words)
        actor = current()
        if field.target is Role and not actor.sees_all:
            found = found.where(Role.id.in_(actor.grants), Role.name != ADMINISTRATOR)
        return found

    def access_url(self, item: Any) -> str | None:
        """What the person can see, rather than who sees the account."""
        if not item.active or super().access_url(item) is None:
            return None
        return url_for("ExplainView.person", pk=item.id)

    def _show_passwords(self, passwords: Sequence[tuple[Any, str]], next_url: str) -> Any:
        return render_template(
            "users/passwords.html",
            title=_("One-time password"),
            passwords=[(user.name or user.username, user.username, pw) for user, pw in passwords],
            next_url=next_url,
        )
