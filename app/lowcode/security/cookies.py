"""The cookie that carries the number of a session, signed as Flask does it."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, TimedSerializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode

#: bytes that a cookie carries uncompressed; it may not be longer than 4 KB
_SHORT = 2000


class SessionCookies(SecureCookieSessionInterface):
    """Flask makes what signs them anew to read and to write each; here it is kept. And a cookie
    that comes again was not changed since: it is verified once."""

    def __init__(self) -> None:
        self._signers: dict[tuple[Any, ...], Any] = {}

    def get_signing_serializer(self, app: Flask) -> Any:
        # The last one signs, each may have signed.
        secrets = (*app.config["SECRET_KEY_FALLBACKS"], app.secret_key)
        if secrets not in self._signers:
            how = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
            signer = _Signer(
                list(secrets), salt=self.salt, serializer=self.serializer, signer_kwargs=how
            )
            self._signers = {secrets: signer}
        return self._signers[secrets]

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        text = request.cookies.get(self.get_cookie_name(app))
        if not text:
            return self.session_class()
        try:
            said, signed_on = _verified(self.get_signing_serializer(app), text)
        except BadSignature:
            return self.session_class()
        age = int((datetime.now(UTC) - signed_on).total_seconds())
        if not 0 <= age <= app.permanent_session_lifetime.total_seconds():
            return self.session_class()
        return self.session_class(self.serializer.loads(said))


class _Signer(URLSafeTimedSerializer):
    """What is short goes as it is: to find out what it would save, zlib sets up 300 KB."""

    def dump_payload(self, obj: Any) -> bytes:
        plain = TimedSerializer.dump_payload(self, obj)
        return base64_encode(plain) if len(plain) < _SHORT else super().dump_payload(obj)


@lru_cache(maxsize=1000)
def _verified(signer: URLSafeTimedSerializer, text: str) -> tuple[str, datetime]:
    """(what it says as JSON, since who asks may change it, and when it was signed)"""
    said, signed_on = signer.loads(text, return_timestamp=True)
    return SecureCookieSessionInterface.serializer.dumps(said), signed_on
