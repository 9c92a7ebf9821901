"""Signing in with a real browser: on this machine, and through a second address without TLS."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.start import product
from tests.start.visitor import browser_path

SECOND = "10.77.0.1"


@pytest.fixture(autouse=True)
def _browser() -> None:
    if browser_path() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no Chromium")
        pytest.skip("there is no Chromium")


def visit_from_inside(var: Path, *options: str, address: str, **settings: str) -> dict[str, object]:
    """What the browser saw of a server in a network with nothing but this machine."""
    if not shutil.which("ip"):
        pytest.skip("there is no ip command")
    python = sys.executable
    command = product.isolated(
        "--net",
        script="ip link set lo up\n"
        f"ip address add {SECOND}/24 dev lo\n"
        f"{python} -m flask --app app serve --port 8080 {' '.join(options)} & server=$!\n"
        "trap 'kill $server' EXIT\n"
        f"until {python} -c 'import urllib.request as u; u.urlopen(\"{address}/healthz\")' "
        "2>/dev/null; do kill -0 $server; sleep 0.2; done\n"
        f"{python} -m tests.start.visitor {address}/\n",
    )
    done = product.run(command, var, **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_on_this_machine_the_session_is_kept_in_a_cookie_for_this_host_alone(var: Path) -> None:
    assert visit_from_inside(var, address="http://127.0.0.1:8080") == {
        "cookie": "__Host-sid",
        "secure": True,
        "http_only": True,
        "banner": False,
        "signed_in": True,
    }


def test_through_a_second_address_signing_in_works_and_the_risk_is_shown(var: Path) -> None:
    address = f"http://{SECOND}:8080"
    seen = visit_from_inside(var, "--host", SECOND, address=address, KEHU_INSECURE_HTTP="yes")
    assert seen == {
        "cookie": "kehu_sid",
        "secure": False,
        "http_only": True,
        "banner": True,
        "signed_in": True,
    }
