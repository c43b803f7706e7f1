"""Which comparisons become pairs worth training on."""
