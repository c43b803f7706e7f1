"""What a candidate says about its image, one checkable statement at a time."""
