"""People look at pairs: which first, in whose tool, and what their answers say of the labels."""
