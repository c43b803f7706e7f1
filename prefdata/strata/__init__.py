"""Strata: the tags of prompts, and what is wrong with rejected answers."""
