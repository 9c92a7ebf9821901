"""Answers travel packed to whoever can unpack them, and the length of a page says little."""

import gzip
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
PACKED = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("path", ["/customers/", "/api/v1/openapi.json"])
def test_a_page_comes_packed_and_unpacks_to_itself(visitor: Visitors, path: str) -> None:
    boss = visitor("administrator")
    plain = boss.get(path)
    packed = boss.get(path, headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 3
    assert len(gzip.decompress(packed.data)) == pytest.approx(len(plain.data), abs=50)


def test_files_are_packed_once_and_still_known_by_their_tag(client: FlaskClient) -> None:
    plain = client.get("/static/css/base.css", buffered=True)
    packed = client.get("/static/css/base.css", headers=PACKED, buffered=True)
    assert gzip.decompress(packed.data) == plain.data
    again = {**PACKED, "If-None-Match": packed.headers["ETag"]}
    assert client.get("/static/css/base.css", headers=again, buffered=True).status_code == 304
    one = {"Range": "bytes=0-9", **PACKED}
    assert client.get("/static/css/base.css", headers=one, buffered=True).data == plain.data[:10]


def test_pictures_and_short_answers_come_as_they_are(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers=PACKED).headers


def test_the_same_page_has_no_one_length(visitor: Visitors) -> None:
    boss = visitor("administrator")
    lengths = {len(boss.get("/help/", headers=PACKED).data) for _turn in range(12)}
    assert len(lengths) > 3
