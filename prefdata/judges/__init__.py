"""Judges that are models: what they are asked, and how their answers are read."""
