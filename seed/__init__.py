"""Reference data, written at every set-up without repeating itself, and demo data."""
