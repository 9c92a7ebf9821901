"""The init steps of `create_app` that concern the kernel."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

# Every table is mapped before FAB's own modules and the first query look at any of them.
from app import models  # noqa: F401
from app.compiled import CompiledStatements
from app.extensions import csrf, db, migrate
from app.lowcode import (
    audit,
    belongings,
    bin,
    by_key,
    changesets,
    compression,
    field_rights,
    headers,
    ownership,
    problems,
    search,
    shell,
)
from app.lowcode.search import palette
from app.lowcode.security import LocaleManager, SecurityManager, init_security
from app.lowcode.shelf import sidebar
from config import Settings

Step = Callable[[Flask, Settings], None]


class KehuAppBuilder(AppBuilder):
    """FAB without its own shell: index, back stack, language links and menu API are ours."""

    def _add_admin_views(self) -> None:
        self._indexview: Any = None
        self.sm.register_views()

    def _add_global_filters(self) -> None:
        """FAB's template filters serve FAB's templates, which are not used."""


def configure(app: Flask, settings: Settings) -> None:
    """Flask's, FAB's and the extensions' settings in one place."""
    secure = not settings.insecure_http
    app.config.update(
        APP_NAME="Kehu 客户",
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings.database_url),
        SESSION_COOKIE_NAME=settings.session_cookie,
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Its row in the database says how long a session lasts.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 2**20,
        MAX_FORM_MEMORY_SIZE=2 * 2**20,
        MAX_FORM_PARTS=5000,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        LANGUAGES={"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "gb", "name": "English"}},
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_DEFAULT_TIMEZONE=settings.timezone,
        BABEL_TRANSLATION_DIRECTORIES=str(settings.root / "app" / "translations"),
        AUTH_ROLE_ADMIN="administrator",
        AUTH_ROLE_PUBLIC="public",
        FAB_BASE_TEMPLATE="shell/base.html",
        FAB_CREATE_DB=False,
        FAB_UPDATE_PERMS=False,
        FAB_ADD_SECURITY_VIEWS=False,
        FAB_ADD_SECURITY_API=False,
        FAB_ADD_MENU_API=False,
        FAB_ADD_OPENAPI_VIEWS=False,
        FAB_API_SWAGGER_UI=False,
        FAB_API_SHOW_STACKTRACE=False,
        FAB_ALLOW_GET_UNSAFE_MUTATIONS=False,
        FAB_API_KEY_ENABLED=True,
        FAB_API_KEY_PREFIXES=["kehu_"],
        AUTH_USER_REGISTRATION=False,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _engine_options(url: str) -> dict[str, Any]:
    # Few connections that know the statements of all pages serve better than many that do not.
    options: dict[str, Any] = {"pool_use_lifo": True}
    options["execution_options"] = {"compiled_cache": CompiledStatements()}
    if url.startswith("sqlite"):
        # Opened again now and then: what is known of the tables' sizes is read at that moment.
        return options | {"pool_recycle": 3600, "connect_args": {"check_same_thread": False}}
    arguments = {"connect_timeout": 5, "prepare_threshold": 1}
    return options | {"pool_recycle": 1800, "connect_args": arguments}


def database(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(settings.root / "migrations"))
    audit.install()
    field_rights.install()
    audit.watch_refusals(app)
    audit.share_end(app)
    ownership.install()
    search.install()
    bin.install()
    belongings.install()
    changesets.install()


def appbuilder(app: Flask, _settings: Settings) -> None:
    csrf.init_app(app)
    with app.app_context():
        builder = KehuAppBuilder(security_manager_class=SecurityManager, update_perms=False)
        builder.init_app(app, db.session)
        # FAB's own, which init_app has just made, knows neither the user's choice nor the browser.
        builder.bm = LocaleManager(builder)
    init_security(app)
    by_key.install()  # after all that looks at rows before they are flushed


def health(app: Flask, _settings: Settings) -> None:
    @app.get("/healthz")
    def healthz() -> tuple[dict[str, str], int]:
        """For monitors: 200 while the database answers, else 503."""
        try:
            with db.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return {"status": "database unreachable"}, 503
        return {"status": "ok", "version": app.config["VERSION"]}, 200


STEPS: list[Step] = [
    configure,
    database,
    appbuilder,
    headers.init,
    compression.init,
    problems.init,
    shell.init,
    palette.init,
    sidebar.init,
    health,
]
