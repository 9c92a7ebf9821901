"""REST: every declared screen answers in JSON, under the rights and rules of the screen."""

from app.lowcode.api.blueprint import build

__all__ = ["build"]
