"""What all parts of the sample company share: its moment, its dice and the words at hand."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.catalog import Unit
from app.entities.customers import CustomerSource, Industry, Tag
from app.entities.purchasing import Supplier
from app.entities.system.organization import Region, Team
from app.entities.system.user import User
from app.rules.identity import uscc_check_character


class Sample:
    """Everything is drawn from one seeded source: two machines show the same company."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.random = random.Random(2026)  # noqa: S311 - sample data, not secrets
        self.regions: dict[str, Region] = self._by_code(Region)
        self.industries: dict[str, Industry] = self._by_code(Industry)
        self.units: dict[str, Unit] = self._by_code(Unit)
        self.sources: list[CustomerSource] = list(self._by_code(CustomerSource).values())
        self.teams: dict[str, Team] = {}
        self.sellers: list[User] = []
        self.agents: list[User] = []
        self.suppliers: list[Supplier] = []
        self.tags: list[Tag] = []

    def _by_code(self, entity: type[Any]) -> dict[str, Any]:
        return {row.code: row for row in self.session.scalars(select(entity))}

    def one_in(self, chances: int) -> bool:
        return self.random.randrange(chances) == 0

    def day(self, most: int = 365) -> date:
        """A day of the last `most` days."""
        return self.now.date() - timedelta(days=self.random.randrange(most))

    @staticmethod
    def tax_number(number: int) -> str:
        """A code of the right form that no register gives out: its region is 000000."""
        body = f"91000000MA{number:07}"
        return body + uscc_check_character(body)
