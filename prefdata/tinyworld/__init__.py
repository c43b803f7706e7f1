"""A small world with known truth: drawn scenes, captions that lie by habit, and models that are trained on both."""

from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
"""The trained models that ship with the package: `policy/` and `detector/detector.pt`, and `provenance.json`."""
