"""Answers packed for their way: pages as they come, the product's own files once each.

A page holds what somebody typed beside the token against forgery. Who could make a victim's
browser send many requests and watch how long the answers are might guess one from the other, so
the length says little: each answer is padded at random. And the session's cookie does not come
with requests that other sites make.
"""

import secrets
import zlib
from functools import lru_cache

from flask import Flask, Response, request

from app.lowcode.headers import FOR_GOOD
from config import Settings

#: bytes below which a packet on the network is not saved
_SMALLEST = 1024
#: bytes above which a body is sent as it is: exports are streamed, and files are packed by kind
_LARGEST = 4 * 2**20
_PADDING = 100
_PAGES, _FILES = 5, 9
_KINDS = frozenset(
    {"text/html", "text/css", "text/javascript", "application/json", "image/svg+xml", "text/plain"}
)


def init(app: Flask, _settings: Settings) -> None:
    app.after_request(_pack)


def _pack(response: Response) -> Response:
    if response.mimetype not in _KINDS or response.status_code != 200:
        return response
    is_file = request.endpoint in FOR_GOOD
    if response.is_streamed and not is_file:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0 or "Content-Encoding" in response.headers:
        return response
    if not _SMALLEST <= (response.content_length or 0) <= _LARGEST or "Range" in request.headers:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    response.set_data(_packed_file(body) if is_file else _packed(body, _PAGES, _padding()))
    response.headers["Content-Encoding"] = "gzip"
    if (etag := response.get_etag()[0]) is not None:
        response.set_etag(etag, weak=True)
    return response


@lru_cache(maxsize=200)
def _packed_file(body: bytes) -> bytes:
    return _packed(body, _FILES, b"")


def _packed(body: bytes, level: int, name: bytes) -> bytes:
    """RFC 1952: a gzip member, whose header may hold a file name that nobody reads."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    flags = b"\x08" if name else b"\x00"
    name = name + b"\x00" if name else b""
    header = b"\x1f\x8b\x08" + flags + b"\x00\x00\x00\x00\x00\xff" + name
    check = zlib.crc32(body).to_bytes(4, "little") + len(body).to_bytes(4, "little")
    return header + packer.compress(body) + packer.flush() + check


def _padding() -> bytes:
    return b"-" * (1 + secrets.randbelow(_PADDING))
