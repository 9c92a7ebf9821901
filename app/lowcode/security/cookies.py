"""The cookie that carries the number of a session, signed as Flask does it."""

import json
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Request
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode

#: bytes that a cookie carries uncompressed; it may not be longer than 4 KB
_SHORT = 2000
#: cookies of which is known what they say
_MOST_KNOWN = 1000
#: what a cookie says as JSON, since who asks may change it, and when it was signed
Said = tuple[str, datetime]


class _PlainJson(TaggedJSONSerializer):
    """A session holds texts, numbers and lists: Flask looks at each value for what JSON has not.

    A text that is translated when it is read is told as it reads now.
    """

    _write = json.JSONEncoder(separators=(",", ":"), default=str).encode

    def dumps(self, value: Any) -> str:
        return self._write(value)

    def loads(self, value: str) -> Any:
        # A cookie of before: within a text the quotation mark would have a backslash.
        return super().loads(value) if '{" ' in value else json.loads(value)


class SessionCookies(SecureCookieSessionInterface):
    """Flask makes what signs them anew to read and to write each; here it is kept."""

    serializer = _PlainJson()

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
            said, signed_on = self.get_signing_serializer(app).verified(text)
        except BadSignature:
            return self.session_class()
        age = int((datetime.now(UTC) - signed_on).total_seconds())
        if not 0 <= age <= app.permanent_session_lifetime.total_seconds():
            return self.session_class()
        return self.session_class(self.serializer.loads(said))


class _Signer(URLSafeTimedSerializer):
    """A cookie that comes again was not changed since, and one that was made here is good: each is
    verified once at most. And what is short goes as it is: to find out what it would save, zlib
    sets up 300 KB."""

    def __init__(self, *keys: Any, **options: Any) -> None:
        super().__init__(*keys, **options)
        self._known: dict[str, Said] = {}

    def dumps(self, obj: Any, salt: str | bytes | None = None) -> str:
        said = self.serializer.dumps(obj)
        is_short = len(said) < _SHORT
        payload = base64_encode(said) if is_short else self.dump_payload(obj)
        text = self.make_signer(salt).sign(payload).decode()
        self._know(text, said, datetime.now(UTC))
        return text

    def verified(self, text: str) -> Said:
        """BadSignature where it was not made here, or with a secret of before."""
        if (known := self._known.get(text)) is not None:
            return known
        said, signed_on = self.loads(text, return_timestamp=True)
        return self._know(text, self.serializer.dumps(said), signed_on)

    def _know(self, text: str, said: str, signed_on: datetime) -> Said:
        if len(self._known) >= _MOST_KNOWN:
            self._known = {}
        found = self._known[text] = said, signed_on
        return found
