"""Campaigns: their vocabulary, their states, and what came of them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.rules.choices import Choice
from app.rules.states import Machine


class CampaignType(Choice):
    """The way a campaign reaches people."""

    ADVERTISING = "advertising", "Advertising", "orange"
    CONTENT = "content", "Content", "teal"
    EVENT = "event", "Event", "purple"
    EMAIL = "email", "E-mail", "azure"
    SOCIAL = "social", "Social media", "pink"


class CampaignStatus(Choice):
    """Where a campaign stands."""

    PLANNED = "planned", "Planned", "azure"
    ACTIVE = "active", "Running", "blue"
    DONE = "done", "Done", "green"
    CANCELLED = "cancelled", "Cancelled", "gray"


CAMPAIGNS: Machine[CampaignStatus] = Machine(
    {
        "launch": ([CampaignStatus.PLANNED], CampaignStatus.ACTIVE),
        "finish": ([CampaignStatus.ACTIVE], CampaignStatus.DONE),
        "cancel": ([CampaignStatus.PLANNED, CampaignStatus.ACTIVE], CampaignStatus.CANCELLED),
        "reopen": ([CampaignStatus.DONE, CampaignStatus.CANCELLED], CampaignStatus.PLANNED),
    }
)


class MemberStatus(Choice):
    """The furthest step somebody took in a campaign."""

    PLANNED = "planned", "Planned", "gray"
    SENT = "sent", "Sent", "azure"
    OPENED = "opened", "Opened", "blue"
    CLICKED = "clicked", "Clicked", "teal"
    RESPONDED = "responded", "Responded", "green"
    DECLINED = "declined", "Declined", "red"


#: Who counts as reached at each step: whoever clicked has opened, and whoever declined was sent to.
REACHED: Mapping[str, tuple[MemberStatus, ...]] = {
    "sent": (
        MemberStatus.SENT,
        MemberStatus.OPENED,
        MemberStatus.CLICKED,
        MemberStatus.RESPONDED,
        MemberStatus.DECLINED,
    ),
    "opened": (MemberStatus.OPENED, MemberStatus.CLICKED, MemberStatus.RESPONDED),
    "clicked": (MemberStatus.CLICKED, MemberStatus.RESPONDED),
    "responded": (MemberStatus.RESPONDED,),
}


@dataclass(frozen=True)
class CampaignResults:
    """What came of a campaign: people reached, leads and deals it brought, and money."""

    members: int = 0
    sent: int = 0
    opened: int = 0
    clicked: int = 0
    responded: int = 0
    leads: int = 0
    deals: int = 0
    won: int = 0
    revenue: Decimal = Decimal("0.00")
    cost: Decimal = Decimal("0.00")

    @property
    def response_percent(self) -> Decimal | None:
        """Of those it was sent to, how many responded, in percent; None where nothing was sent."""
        return percent(self.responded, self.sent)

    @property
    def roi_percent(self) -> Decimal | None:
        """(revenue - cost) / cost in percent, one decimal; None where nothing was spent."""
        if self.cost <= 0:
            return None
        return percent(self.revenue - self.cost, self.cost)


def together(results: Iterable[CampaignResults]) -> CampaignResults:
    """What came of several campaigns taken as one."""
    whole: dict[str, Any] = asdict(CampaignResults())
    for one in results:
        for name, value in asdict(one).items():
            whole[name] += value
    return CampaignResults(**whole)


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """part / whole in percent, one decimal, halves away from zero; None of nothing."""
    if not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
