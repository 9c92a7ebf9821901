"""The headers under which a request counts: `If-Match` with `ETag`, and `Idempotency-Key`."""

from typing import Any

from flask import Response, jsonify, request

from app.extensions import db
from app.lowcode import once
from app.rules.errors import DomainError


class Outdated(DomainError):  # noqa: N818 - reads as what happened
    """`If-Match` names a version that the row has no more."""


def told(answer: once.Answer) -> Response:
    """An answer of the API; a row's version is its entity tag."""
    response = jsonify(answer.body)
    response.status_code = answer.status
    if answer.location:
        response.headers["Location"] = answer.location
    if (answer.body or {}).get("version") is not None:
        response.set_etag(str(answer.body["version"]))
    return response


def answer_again(answer: once.Answer) -> Response:
    """What the first request with this key was told, marked as told again."""
    response = told(answer)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def claimed(body: Any) -> once.Claim:
    """The request's key, if it has one, for exactly this method, address and body."""
    key = request.headers.get("Idempotency-Key")
    return once.claim(db.session(), key, request.method, request.path, body)


def check_version(item: Any, seen: Any = None) -> None:
    """Refuse what somebody else changed since `seen` (of the body) or the header's version.

    Without either the request is taken as meant for whatever stands there now.
    """
    if seen is not None and (isinstance(seen, bool) or seen != item.version):
        raise DomainError(
            "Somebody else changed this record in the meantime. Reload and try again."
        )
    if request.if_match and not request.if_match.contains(str(item.version)):
        raise Outdated("Somebody else changed this record in the meantime. Reload and try again.")
