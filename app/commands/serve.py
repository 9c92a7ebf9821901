"""`kehu run`: the production server, and what it must be given before it starts."""

import errno
import os
import socket
from ipaddress import ip_address
from pathlib import Path

import click
from cheroot.ssl.builtin import BuiltinSSLAdapter
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.commands import database
from app.commands.console import failure
from app.commands.processes import can_fork
from app.commands.serving import serve, serve_in
from app.commands.setup import prepare
from config import Settings

LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 256))
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes that answer; one for each core is a good start.",
)
@click.option("--tls-cert", type=click.Path(path_type=Path), help="Certificate chain, PEM.")
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its private key, PEM.")
@click.option("--setup", is_flag=True, help="First set up what is missing.")
@click.option("--demo", is_flag=True, help="With --setup: fill an empty database with demo data.")
@with_appcontext
def command(
    host: str,
    port: int,
    threads: int,
    workers: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    setup: bool,
    demo: bool,
) -> None:
    """Serve the product until it is told to stop."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings: Settings = app.extensions["kehu_settings"]
    adapter = _tls(tls_cert, tls_key)
    _check_workers(workers)
    _check_address(settings, host, encrypted=adapter is not None)
    _check_port(host, port)
    if setup:
        prepare(app, demo=demo)
    else:
        database.require_current(settings)
    if _is_loopback(host) and not settings.trusted_hosts and not settings.proxy_hops:
        # A page elsewhere may resolve its own name to this machine; it gets no answer.
        app.config["TRUSTED_HOSTS"] = LOOPBACK_NAMES
    if workers > 1:
        serve_in(workers, app, (host, port), threads, adapter)
    else:
        serve(app, (host, port), threads, adapter)


def _check_workers(workers: int) -> None:
    if workers > 1 and not can_fork():
        raise failure(
            "This system cannot run several processes (--workers): use --threads.",
            "本系统不支持多进程（--workers）：请改用 --threads。",
        )


def _tls(certificate: Path | None, key: Path | None) -> BuiltinSSLAdapter | None:
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise failure(
            "--tls-cert and --tls-key belong together.", "--tls-cert 与 --tls-key 须同时给出。"
        )
    try:
        return BuiltinSSLAdapter(str(certificate), str(key))
    except OSError as error:
        raise failure(
            f"The certificate {certificate} or key {key} cannot be used: {error}.",
            f"无法使用证书 {certificate} 或密钥 {key}：{error}。",
        ) from error


def _check_address(settings: Settings, host: str, *, encrypted: bool) -> None:
    if encrypted and settings.insecure_http:
        raise failure(
            "Choose one: --insecure-http, or --tls-cert with --tls-key.",
            "--insecure-http 与 --tls-cert、--tls-key 只能选其一。",
        )
    if not (encrypted or settings.insecure_http or _is_loopback(host)):
        raise failure(
            f"Beyond this machine ({host}) Kehu needs --tls-cert and --tls-key; "
            "without encryption only by an explicit --insecure-http.",
            f"对外地址（{host}）需要 --tls-cert 和 --tls-key；不加密须明确给出 --insecure-http。",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_port(host: str, port: int) -> None:
    """The server would say the same later and less clearly."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name != "nt":  # there it would allow a second server on the same port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise failure(
                f"Port {port} of {host} is taken by another program: choose one with --port.",
                f"{host} 的端口 {port} 已被其他程序占用：请用 --port 换一个。",
            ) from error
        raise failure(
            f"Kehu cannot serve on {host} port {port}: {error.strerror}.",
            f"无法在 {host} 端口 {port} 上启动服务：{error.strerror}。",
        ) from error
