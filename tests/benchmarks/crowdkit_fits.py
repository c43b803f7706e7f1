"""crowd-kit's Bradley-Terry for label_scale.py: `python crowdkit_fits.py VOTES.npz`, in an environment with crowd-kit.

VOTES.npz has prompt, winner, loser [V]. Prints the seconds for a fit a prompt, and for one fit of all as one table
(which takes memory by the square of all candidates).
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from crowdkit.aggregation import BradleyTerry

ITERATIONS = 100


def main() -> None:
    votes = dict(np.load(sys.argv[1]))
    names = {
        side: [f"{p}-{c}" for p, c in zip(votes["prompt"], votes[side], strict=True)] for side in ("winner", "loser")
    }
    frame = pd.DataFrame({"left": names["winner"], "right": names["loser"], "label": names["winner"]})
    groups = [group for _, group in frame.groupby(votes["prompt"])]
    print(timed(groups), timed([frame]))


def timed(frames: list[pd.DataFrame]) -> float:
    start = time.perf_counter()
    with np.errstate(all="ignore"):
        for frame in frames:
            BradleyTerry(n_iter=ITERATIONS).fit_predict(frame)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
