"""The server: where it serves, and how it ends without losing a request."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.start import product

SLOW = [sys.executable, "-m", "flask", "--app", "tests.start.slow_product", "serve", "--port", "0"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for this machine and its key."""
    folder = tmp_path_factory.mktemp("tls")
    names = str(folder / "cert.pem"), str(folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    try:
        subprocess.run(
            [*command, "-out", names[0], "-keyout", names[1]], check=True, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("no openssl here")
    return names


def get(address: str, path: str, **headers: str) -> tuple[int, bytes]:
    with closing(HTTPConnection(address.split("/")[2], timeout=30)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_monitors_get_an_answer_and_strange_host_names_none(var: Path) -> None:
    with product.serving(product.flask("serve", "--port", "0"), var) as (_, address):
        status, body = get(address, "/healthz")
        assert (status, json.loads(body)["status"]) == (200, "ok")
        assert get(address, "/healthz", Host="attacker.example")[0] == 400


def test_a_taken_port_is_named(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = product.run(product.flask("serve", "--port", port), var)
    product.assert_one_clear_line(done, f"port {port}", "taken")


def test_an_address_of_another_machine_is_refused(var: Path) -> None:
    done = product.run(product.flask("serve", "--host", "192.0.2.1"), var, KEHU_INSECURE_HTTP="yes")
    product.assert_one_clear_line(done, "192.0.2.1")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_requests_in_flight_are_answered_before_the_server_ends(
    var: Path, stop: signal.Signals
) -> None:
    answers: list[tuple[int, bytes]] = []
    with product.serving(SLOW, var) as (server, address):
        clients = [
            threading.Thread(target=lambda: answers.append(get(address, "/slow?seconds=1.5")))
            for _ in range(3)
        ]
        for client in clients:
            client.start()
        time.sleep(0.5)  # the requests are being worked on
        begun = time.monotonic()
        server.send_signal(stop)
        assert server.wait(10) == 0
        assert time.monotonic() - begun < 10
        for client in clients:
            client.join()
    assert answers == [(200, b"done")] * 3


def test_a_request_without_end_does_not_hold_up_the_machine(var: Path) -> None:
    with product.serving(SLOW, var) as (server, address):
        endless = HTTPConnection(address.split("/")[2])
        endless.request("GET", "/slow?seconds=60")
        time.sleep(0.5)
        server.terminate()
        server.wait(10)
        endless.close()


def test_after_the_end_the_port_is_free_at_once(var: Path) -> None:
    with product.serving(product.flask("serve", "--port", "0"), var) as (server, address):
        port = address.split(":")[2].rstrip("/")
        get(address, "/healthz")
        server.terminate()
        server.wait(10)
    with product.serving(product.flask("serve", "--port", port), var) as (_, again):
        assert get(again, "/healthz")[0] == 200


def test_beyond_this_machine_it_takes_a_certificate_or_an_explicit_word(var: Path) -> None:
    done = product.run(product.flask("serve", "--host", "0.0.0.0"), var)  # noqa: S104
    product.assert_one_clear_line(done, "--tls-cert", "--insecure-http")


def test_a_certificate_makes_it_https(var: Path, certificate: tuple[str, str]) -> None:
    tls = ["--tls-cert", certificate[0], "--tls-key", certificate[1]]
    with product.serving(product.flask("serve", "--port", "0", *tls), var) as (_, address):
        assert address.startswith("https://")
        trust = ssl.create_default_context(cafile=certificate[0])
        with urllib.request.urlopen(f"{address}healthz", context=trust) as answer:  # noqa: S310
            assert answer.status == 200


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--tls-cert", "{0}"], "belong together"),
        (["--tls-cert", "{0}", "--tls-key", "{0}"], "cannot be used"),
        (["--tls-cert", "no-such.pem", "--tls-key", "{1}"], "no-such.pem"),
    ],
)
def test_a_certificate_that_does_not_work_is_named(
    var: Path, certificate: tuple[str, str], options: list[str], words: str
) -> None:
    given = [option.format(*certificate) for option in options]
    product.assert_one_clear_line(product.run(product.flask("serve", *given), var), words)


def test_a_certificate_and_insecure_http_contradict_each_other(
    var: Path, certificate: tuple[str, str]
) -> None:
    tls = ["--tls-cert", certificate[0], "--tls-key", certificate[1]]
    done = product.run(product.flask("serve", *tls), var, KEHU_INSECURE_HTTP="yes")
    product.assert_one_clear_line(done, "--insecure-http")


def test_the_second_start_takes_under_six_seconds_and_no_network(var: Path) -> None:
    product.run(product.flask("setup"), var)
    port = product.free_port()
    command = product.isolated(
        "--net",
        script="ip link set lo up\n"
        f"exec {sys.executable} -m flask --app app serve --setup --port {port}",
    )
    begun = time.monotonic()
    with product.serving(command, var):
        # A busy machine may take twice as long; the set-up done again would take far longer.
        assert time.monotonic() - begun < 6 * (2 if os.environ.get("CI") else 1)
