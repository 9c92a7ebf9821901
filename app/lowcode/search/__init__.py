"""Search: what is declared, kept in step with the rows, asked for by list, picker and palette."""

from app.lowcode.search.matching import holding
from app.lowcode.search.writing import install, refresh

__all__ = ["holding", "install", "refresh"]
