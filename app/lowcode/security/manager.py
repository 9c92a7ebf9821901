"""FAB's security manager with its own screens, tokens and repeated permission queries left out."""

from typing import Any

from flask import abort, g, request
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_login import LoginManager, current_user
from sqlalchemy import func, update

from app.entities.system.user import User
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import audit
from app.lowcode.headers import FOR_GOOD
from app.lowcode.principal import acting_as, current_or_none
from app.lowcode.security import browser_session, key_door
from app.lowcode.security.authenticators import prove
from app.lowcode.security.identity import ANONYMOUS, find_identity, principal_of
from app.lowcode.security.sign_in import AuthView
from app.lowcode.security.throttle import TooManyAttempts
from app.lowcode.settings import get_setting
from app.rules.passwords import check_password
from app.services.system import accounts

#: Addresses that need nobody: files of the product itself and the monitor's question.
_NOBODYS = FOR_GOOD | {"appbuilder.static", "healthz"}


class _LoginManager(LoginManager):  # type: ignore[misc] - the library says nothing of its types
    """Nothing that a cookie says of itself makes anybody somebody."""

    def _load_user(self) -> None:
        self._update_request_context_with_user(self._request_callback(request))


class SecurityManager(FabSecurityManager):
    """Answers from the request's Principal; a person is known by a session or by an API key."""

    def register_views(self) -> None:
        self.auth_view = AuthView()
        self.appbuilder.add_view_no_menu(self.auth_view)

    def create_login_manager(self, app: Any) -> Any:
        manager = _LoginManager(app)
        manager.login_view = f"{AuthView.__name__}.login"
        manager.request_loader(self.load_user_of_request)
        return manager

    # who ------------------------------------------------------------------
    def before_request(self) -> None:
        """Set who acts, for the whole request; undone by `release`."""
        principal = ANONYMOUS
        if request.endpoint not in _NOBODYS:
            g.user = current_user._get_current_object()
            if (identity := g.get("identity")) is not None:
                principal = principal_of(identity, request.remote_addr)
        g.principal_held = held = acting_as(principal)
        held.__enter__()
        if g.get("key_refused"):
            abort(429)

    def load_user(self, _pk: Any) -> None:
        """A signed cookie alone opens nothing: there must be a session behind it."""

    def load_user_of_request(self, _request: Any) -> Any | None:
        """The user of an API key in the Authorization header, else of the browser's session.

        A key says who acts, whatever cookie comes with it.
        """
        if key := self.extract_api_key_from_request():
            try:
                g.identity = key_door.find(key, request.remote_addr or "")
            except TooManyAttempts:
                g.key_refused = True
            g._api_key_user = g.get("identity") is not None
        else:
            identity = browser_session.find()
            g.identity = identity if identity is not None and identity.user.active else None
        return g.identity.user if g.get("identity") is not None else None

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
        """The user whose name (or e-mail) and password these are; None for any other reason."""
        user_id = prove(username, password)
        return self._signed_in(user_id) if user_id is not None else None

    def _signed_in(self, user_id: int) -> Any:
        # Not through the unit of work: signing in must not move the version of the account.
        db.session.execute(
            update(User)
            .where(User.id == user_id)
            .values(last_login=now_utc(), login_count=func.coalesce(User.login_count, 0) + 1),
            execution_options={"synchronize_session": False},
        )
        identity = find_identity(user_id)
        with acting_as(principal_of(identity, request.remote_addr)):
            audit.record(db.session(), "sign_in", "User", user_id, identity.user.username)
            db.session.commit()
        return identity.user

    # FAB's own doors for passwords are as strict as ours ---------------------
    def reset_password(self, userid: int, password: str) -> None:
        accounts.set_password(self.get_user_by_id(userid), password, get_setting("company_name"))
        db.session.commit()

    def add_user(self, username: str, *values: Any, password: str = "", **named: Any) -> Any:
        if password:
            names = (username, get_setting("company_name"))
            named["hashed_password"] = accounts.hash_password(check_password(password, names=names))
        return super().add_user(username, *values, **named)
