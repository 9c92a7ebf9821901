"""Security headers on every answer."""

from flask import Flask, Response, request

from config import Settings

CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        # Tabler and ECharts set style attributes.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "object-src 'none'",
    )
)
#: what is the same for everybody and has another address when it changes
FOR_GOOD = frozenset({"static", "texts", "bundle"})
#: what no page of the product has any use for
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", PERMISSIONS),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


def init(app: Flask, _settings: Settings) -> None:
    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        is_file = headers.get("Content-Disposition", "").startswith("attachment")
        # Whatever somebody uploaded: should a browser show it all the same, it can do nothing.
        wanted = [("Content-Security-Policy", f"{CSP}; sandbox" if is_file else CSP), *ALWAYS]
        if request.is_secure:
            wanted.append(("Strict-Transport-Security", "max-age=31536000"))
        there = {name.lower() for name, _value in headers}
        headers.extend(pair for pair in wanted if pair[0].lower() not in there)
        if request.endpoint not in FOR_GOOD or response.status_code >= 400:
            # Records must not come back from a shared machine's cache after signing out.
            headers["Cache-Control"] = "no-store"
        return response
