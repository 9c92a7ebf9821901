"""Data quality: how complete and fresh the files are, what was written twice, and merging it."""

from app.views.quality.duplicates import DuplicateView
from app.views.quality.merging import MergeView
from app.views.quality.overview import QualityView

__all__ = ["DuplicateView", "MergeView", "QualityView"]
