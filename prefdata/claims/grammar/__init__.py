"""The grammar that finds claims in English text."""
