"""The screens of the area marketing."""

from app.views.marketing.campaign import CampaignMemberView, CampaignView
from app.views.marketing.comparison import CampaignComparisonView

__all__ = ["CampaignComparisonView", "CampaignMemberView", "CampaignView"]
