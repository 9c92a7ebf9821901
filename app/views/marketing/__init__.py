"""The screens of the area marketing."""

from app.views.marketing.campaign import CampaignMemberView, CampaignView

__all__ = ["CampaignMemberView", "CampaignView"]
