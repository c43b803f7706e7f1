"""Calls that cost money or time: paid once, remembered, retried, counted, never lost."""
