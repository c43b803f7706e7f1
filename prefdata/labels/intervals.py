"""The 95 % interval of a share."""

from __future__ import annotations

import math

Z = 1.96


def wilson(part: float, whole: float) -> tuple[float, float]:
    """The ends of the interval of the share part/whole (Wilson 1927); (0, 1) of nothing."""
    if not whole:
        return 0.0, 1.0
    share = part / whole
    middle = share + Z * Z / (2 * whole)
    spread = Z * math.sqrt(share * (1 - share) / whole + (Z / (2 * whole)) ** 2)
    scale = 1 + Z * Z / whole
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
