"""Memory of long, small work: what is freed goes back, whichever thread freed it.

Arrow's own allocator and glibc's arena a thread are made for speed; in a build that mostly waits for
models they keep 50 MB for nothing, and more with every 10 000 prompts.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h


def keep_small() -> None:
    """For this process; call it before pyarrow is imported. Elsewhere than on glibc only Arrow's allocator changes."""
    os.putenv("ARROW_DEFAULT_MEMORY_POOL", "system")
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(ARENA_MAX, 1)
