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


def init(app: Flask, _settings: Settings) -> None:
    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        is_file = headers.get("Content-Disposition", "").startswith("attachment")
        # Whatever somebody uploaded: should a browser show it all the same, it can do nothing.
        headers.setdefault("Content-Security-Policy", f"{CSP}; sandbox" if is_file else CSP)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint not in FOR_GOOD or response.status_code >= 400:
            # Records must not come back from a shared machine's cache after signing out.
            headers["Cache-Control"] = "no-store"
        return response
