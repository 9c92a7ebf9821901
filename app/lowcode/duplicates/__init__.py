"""Records that were written twice: found by the match rules of their entity, shown, and merged."""

from app.lowcode.duplicates.finding import Finder, Match, find_matches

__all__ = ["Finder", "Match", "find_matches"]
