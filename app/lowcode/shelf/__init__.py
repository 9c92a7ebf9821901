"""What a person keeps at hand: saved views of lists, pins, favourites, and what they opened last."""
