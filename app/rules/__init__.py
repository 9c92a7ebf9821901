"""The business rules: pure functions and vocabularies, without a clock, a database or a request."""
