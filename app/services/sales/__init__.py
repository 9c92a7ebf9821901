"""The work of the area sales: pipelines, leads, deals, targets and the funnel."""
