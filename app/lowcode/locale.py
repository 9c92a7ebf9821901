"""Which language, time zone and looks: the user's choice, a cookie, the browser, the default."""

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from flask import Response, current_app, g, has_request_context, request
from flask_appbuilder.babel.manager import BabelManager
from flask_babel import Babel

from app.lowcode import texts
from app.lowcode.settings import company_zone, get_setting

LOCALE_COOKIE, THEME_COOKIE, DENSITY_COOKIE = "kehu_locale", "kehu_theme", "kehu_density"
THEMES = ("auto", "light", "dark")
DENSITIES = ("comfortable", "compact")
_YEAR = 365 * 24 * 3600


class LocaleManager(BabelManager):
    """In the place of FAB's, which asks neither browser nor user and has a GET that writes."""

    def __init__(self, appbuilder: Any) -> None:
        self.appbuilder = appbuilder
        self.babel = Babel(
            current_app, locale_selector=self.get_locale, timezone_selector=self.get_timezone
        )
        texts.install(current_app, self.babel)

    def register_views(self) -> None:
        """The language is changed by POST /preferences."""

    def get_locale(self) -> Locale | None:
        if not has_request_context():
            return None
        language = asked_for() or get_setting("language")
        return _locale(language) if language else None

    def get_timezone(self) -> str | None:
        """The user's, else the company's."""
        name = getattr(g.get("user"), "timezone", None)
        return name if name and is_timezone(name) else str(company_zone())


@cache
def _locale(language: str) -> Locale:
    """One for all requests: what is kept by it is found without comparing it part by part."""
    return Locale.parse(language)


def asked_for() -> str | None:
    """The language that the person, else the browser asks for; the database is not needed."""
    languages = current_app.config["LANGUAGES"]
    chosen = _preference("locale", LOCALE_COOKIE, languages)
    return chosen or request.accept_languages.best_match(list(languages))


def theme() -> str:
    """ "auto" follows the browser."""
    return _preference("theme", THEME_COOKIE, THEMES) or THEMES[0]


def density() -> str:
    return _preference("density", DENSITY_COOKIE, DENSITIES) or DENSITIES[0]


def remember(
    response: Response, locale: str | None, theme: str | None, density: str | None
) -> None:
    """Keep choices in the browser as well: the sign-in page knows no user."""
    pairs = ((LOCALE_COOKIE, locale), (THEME_COOKIE, theme), (DENSITY_COOKIE, density))
    for name, value in pairs:
        if value:
            response.set_cookie(
                name,
                value,
                max_age=_YEAR,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure,
            )


def is_timezone(name: str) -> bool:
    return name in available_timezones() and bool(ZoneInfo(name))


def _preference(attribute: str, cookie: str, allowed: Any) -> str | None:
    """The signed-in user's choice, else the cookie's; None where neither is one of `allowed`."""
    chosen = getattr(g.get("user"), attribute, None)
    candidates = (chosen, request.cookies.get(cookie))
    return next((value for value in candidates if value in allowed), None)
