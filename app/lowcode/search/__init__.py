"""Search: what is declared, kept in step with the rows, asked for by list, picker and palette."""

from app.lowcode.search.in_turn import counted, holding_in_list, keeps_to_the_order
from app.lowcode.search.matching import holding
from app.lowcode.search.writing import install, put_off, refresh

__all__ = [
    "counted",
    "holding",
    "holding_in_list",
    "install",
    "keeps_to_the_order",
    "put_off",
    "refresh",
]
