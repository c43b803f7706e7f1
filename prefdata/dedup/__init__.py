"""Prompts that are nearly the same, and prompts that a benchmark has."""
