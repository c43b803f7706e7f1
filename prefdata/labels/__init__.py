"""From votes to comparisons: tally, cycles, repair, strength, agreement."""
