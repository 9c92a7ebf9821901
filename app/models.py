"""The index of every table, grouped by area."""

# system
from app.entities.system.organization import Region, Team
from app.entities.system.user import Role, User

__all__ = ["Region", "Role", "Team", "User"]
