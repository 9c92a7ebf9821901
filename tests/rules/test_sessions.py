"""A session ends by idling or by age, whichever is first; a browser is called by its usual name."""

from datetime import UTC, datetime, timedelta

import pytest

from app.rules.sessions import FRESH, device_of, expiry, is_fresh

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("seen", "ends"),
    [
        (NOON, NOON + HOUR),
        (NOON + 6 * HOUR, NOON + 7 * HOUR),
        (NOON + 7.5 * HOUR, NOON + 8 * HOUR),
        (NOON + 8 * HOUR, NOON + 8 * HOUR),
    ],
)
def test_use_prolongs_a_session_up_to_its_greatest_age(seen: datetime, ends: datetime) -> None:
    assert expiry(NOON, seen, absolute=8 * HOUR, idle=HOUR) == ends


@pytest.mark.parametrize(
    ("passed", "fresh"),
    [(timedelta(), True), (FRESH, True), (FRESH + timedelta(seconds=1), False)],
)
def test_a_password_counts_as_just_typed_for_ten_minutes(passed: timedelta, fresh: bool) -> None:
    assert is_fresh(NOON, NOON + passed) is fresh


_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME}", "Chrome · Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Edg/125.0", "Edge · Windows"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/17.5 Safari/605.1.15",
            "Safari · macOS",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
            "Firefox · Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML,"
            " like Gecko) Mobile/15E148 MicroMessenger/8.0.49",
            "WeChat · iOS",
        ),
        (f"Mozilla/5.0 (Linux; Android 14; V2318A) {_CHROME} MQQBrowser/15.1", "QQ · Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 500, "x" * 40),
        ("", "?"),
    ],
)
def test_a_browser_has_a_name_that_people_know(agent: str, device: str) -> None:
    assert device_of(agent) == device
