"""Whose rows somebody reaches: criteria, rules, shares; who can see what and why."""
