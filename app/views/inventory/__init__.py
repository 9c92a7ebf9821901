"""The screens of the area inventory."""

from app.views.inventory.goods import GoodsView
from app.views.inventory.moves import StockMoveView
from app.views.inventory.overview import StockView
from app.views.inventory.places import LocationView, WarehouseView
from app.views.inventory.stock import ReorderPointView, StockLevelView

__all__ = [
    "GoodsView",
    "LocationView",
    "ReorderPointView",
    "StockLevelView",
    "StockMoveView",
    "StockView",
    "WarehouseView",
]
