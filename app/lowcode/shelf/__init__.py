"""What a person keeps at hand: saved views, pins, favourites, and what they opened last."""
