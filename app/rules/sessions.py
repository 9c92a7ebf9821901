"""Sessions of browsers: how long they last, what ends them, and what a browser is called."""

import re
from datetime import datetime, timedelta

from app.rules.choices import Choice

#: how long a person counts as the one who has just typed the password
FRESH = timedelta(minutes=10)

# Order matters: each later browser also names the ones it descends from.
_BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("WeChat", r"\bMicroMessenger/"),
    ("Opera", r"\bOPR/"),
    ("QQ", r"\bM?QQBrowser/"),
    ("360", r"\b(?:QihooBrowser|360SE|360EE)\b"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("Android", r"Android"),
    ("iPadOS", r"iPad"),
    ("iOS", r"iPhone"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)


class SessionEnd(Choice):
    """Why a session ended before its time."""

    SIGN_OUT = "sign_out", "Signed out", "gray"
    PASSWORD = "password", "Password changed", "orange"
    ROLES = "roles", "Roles changed", "orange"
    ACCOUNT = "account", "Account deactivated", "red"
    REVOKED = "revoked", "Signed out from elsewhere", "red"


def expiry(begun: datetime, seen: datetime, absolute: timedelta, idle: timedelta) -> datetime:
    """When a session ends that was last used at `seen`: idle for so long, or simply old."""
    return min(begun + absolute, seen + idle)


def is_fresh(confirmed: datetime, now: datetime) -> bool:
    """Was the password typed a moment ago?"""
    return now - confirmed <= FRESH


def device_of(agent: str) -> str:
    """A browser in the words its user knows, such as "Chrome · Windows"; what it says of itself
    is a hint for people and nothing to rely on."""
    found = (
        next((name for name, pattern in table if re.search(pattern, agent)), None)
        for table in (_BROWSERS, _SYSTEMS)
    )
    words = " · ".join(name for name in found if name)
    return words or " ".join(agent.split())[:40] or "?"
