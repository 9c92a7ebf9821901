"""FAB's security manager with its own screens, tokens and repeated permission queries left out."""

from datetime import timedelta
from typing import Any

from flask import g, request
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_login import current_user
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from app.entities.system.user import ApiKey, User
from app.entities.types import now_utc
from app.extensions import db, reading
from app.lowcode import audit, locale
from app.lowcode.principal import acting_as, current_or_none, system
from app.lowcode.security import browser_session, throttle
from app.lowcode.security.identity import ANONYMOUS, find_identity, principal_of
from app.lowcode.security.sign_in import AuthView
from app.services.system import accounts

#: `last_used_on` of a key is exact to the hour: a write per call would queue behind every writer.
_USE_NOTED = timedelta(hours=1)
#: Addresses that need nobody: files of the product itself and the monitor's question.
_NOBODYS = frozenset({"static", "appbuilder.static", "healthz"})


class SecurityManager(FabSecurityManager):
    """Answers from the request's Principal; a person is known by a session or by an API key."""

    def register_views(self) -> None:
        self.auth_view = AuthView()
        self.appbuilder.add_view_no_menu(self.auth_view)

    def create_login_manager(self, app: Any) -> Any:
        manager = super().create_login_manager(app)
        manager.login_view = f"{AuthView.__name__}.login"
        manager.request_loader(self.load_user_of_key)
        return manager

    # who ------------------------------------------------------------------
    def before_request(self) -> None:
        """Set who acts, for the whole request; undone by `release`."""
        if request.endpoint in _NOBODYS:
            principal = ANONYMOUS
        else:
            g.user = user = current_user._get_current_object()
            locale.note_preferences(user)
            identity = g.get("identity") if user.is_authenticated else None
            principal = principal_of(identity, request.remote_addr) if identity else ANONYMOUS
        g.principal_held = held = acting_as(principal)
        held.__enter__()

    def load_user(self, pk: Any) -> Any | None:
        """The user of a session cookie, while the session is a good one."""
        if self.extract_api_key_from_request():
            return None  # the key says who acts, whatever cookie comes with it
        identity = find_identity(int(pk))
        if identity is None or not identity.user.active or not browser_session.holds(identity.user):
            return None
        g.identity = identity
        return identity.user

    def load_user_of_key(self, _request: Any) -> Any | None:
        """The user of an API key in the Authorization header."""
        key = self.extract_api_key_from_request()
        user_id = _owner_of_key(key) if key else None
        identity = find_identity(user_id) if user_id else None
        if identity is None or not identity.user.active:
            return None
        g.identity, g._api_key_user = identity, True
        return identity.user

    def load_user_jwt(self, _jwt_header: Any, _jwt_data: Any) -> None:
        """Tokens that outlive a password are not accepted."""

    def validate_api_key(self, api_key_string: str) -> Any | None:
        """Already done when the request began."""
        return g.user if g.get("_api_key_user") else None

    # what -----------------------------------------------------------------
    def has_access(self, permission_name: str, view_name: str) -> bool:
        principal = current_or_none()
        return principal is not None and principal.can(permission_name, view_name)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is public: what needs no right is not declared with one."""
        return False

    # signing in -----------------------------------------------------------
    def auth_user_db(self, username: str, password: str) -> Any | None:
        """The user whose name (or e-mail) and password these are; None for any other reason.

        Every way of signing in by password comes through here: the throttle is here, too.
        """
        name = username.strip().lower()
        user_id, stored, is_active = _find_account(name)
        attempt = throttle.begin_attempt(f"user:{user_id}" if user_id else name, _address())
        if attempt is None:
            self._note("sign_in_refused", user_id, username)
            raise throttle.TooManyAttempts
        matches = accounts.password_matches(stored, password)
        if user_id is None or not matches or not is_active:
            self._note("sign_in_failed", user_id, username)
            return None
        throttle.end_attempt(attempt)
        return self._signed_in(user_id)

    def _signed_in(self, user_id: int) -> Any:
        # Not through the unit of work: signing in must not move the version of the account.
        db.session.execute(
            update(User)
            .where(User.id == user_id)
            .values(last_login=now_utc(), login_count=func.coalesce(User.login_count, 0) + 1),
            execution_options={"synchronize_session": False},
        )
        identity = find_identity(user_id)
        with acting_as(principal_of(identity, _address())):
            audit.record(db.session(), "sign_in", "User", user_id, identity.user.username)
            db.session.commit()
        return identity.user

    def _note(self, action: str, user_id: int | None, username: str) -> None:
        # What was typed is written down only where it is a user's name: it may be a password.
        label = username if user_id else ""
        with system("sign-in"):
            audit.record(db.session(), action, "User", user_id, label)
            db.session.commit()


def _address() -> str:
    return request.remote_addr or ""


def _find_account(name: str) -> tuple[int | None, str | None, bool]:
    """(key, password hash, active) of the account with this user name or e-mail address."""
    is_username = func.lower(User.username) == name
    with reading():
        row = db.session.execute(
            select(User.id, User.password, User.active)
            .where(or_(is_username, func.lower(User.email) == name))
            .order_by(is_username.desc())
        ).first()
        # Checking a password takes a while: no transaction stays open for it.
        db.session.rollback()
    return (row[0], row[1], bool(row[2])) if row else (None, None, False)


def _owner_of_key(key: str) -> int | None:
    """Whose key this is, while it is valid; in a session of its own, since it may write."""
    digest = accounts.api_key_digest(key)
    now = now_utc()
    with reading(), Session(db.engine) as session:
        row = session.execute(
            select(ApiKey.user_id, ApiKey.last_used_on).where(
                ApiKey.lookup_hash == digest,
                ApiKey.active,
                ApiKey.revoked_on.is_(None),
                or_(ApiKey.expires_on.is_(None), ApiKey.expires_on > now),
            )
        ).first()
        session.rollback()
        if row and (row[1] is None or now - row[1] > _USE_NOTED):
            session.execute(
                update(ApiKey).where(ApiKey.lookup_hash == digest).values(last_used_on=now),
                execution_options={"synchronize_session": False},
            )
            session.commit()
    return row[0] if row else None
