"""The tables of the area sales."""
