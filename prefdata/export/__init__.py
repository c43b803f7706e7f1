"""Pairs → triplets, the card that describes them, and other formats."""
