"""sRGB → CIELAB, in which equal distances look about equally large."""

from __future__ import annotations

import numpy as np

TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32)
WHITE = np.array([0.9505, 1.0, 1.089], np.float32)  # D65


def lab(rgb: np.ndarray) -> np.ndarray:
    """sRGB in [0, 255] [..., 3] → L*, a*, b* [..., 3] (IEC 61966-2-1; CIE 15:2004)."""
    linear = _linear(np.asarray(rgb, np.float32) / 255)
    scaled = linear @ TO_XYZ.T / WHITE
    cubed = np.where(scaled > (6 / 29) ** 3, np.cbrt(scaled), scaled / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(cubed, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def _linear(srgb: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return found
