"""Columns that many entities have alike: ways to reach somebody, and whether a row is in use."""

from typing import Annotated

from sqlalchemy import String, true
from sqlalchemy.orm import mapped_column

Phone = Annotated[str, mapped_column(String(40), info={"format": "phone", "mask": "phone"})]
Email = Annotated[str, mapped_column(String(254), info={"format": "email", "mask": "email"})]
Website = Annotated[str, mapped_column(String(200), info={"format": "url"})]
#: rows out of use stay where they are referred to and are offered no more
Active = Annotated[
    bool, mapped_column(default=True, server_default=true(), info={"label": "Active"})
]
