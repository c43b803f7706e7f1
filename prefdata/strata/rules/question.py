"""A prompt's messages → the text in which it asks, without what is no question."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

HEAD, TAIL = 400, 300
"""Characters at the beginning and end of a long message: what is asked stands there, what it is asked about between."""
CUT = "|".join((
    r"<image>|<img>.*?</img>|\[image\]",
    r"reference ocr token:[^\n]*",
    r"(?:please )?answer (?:the |this )?question (?:using|with|in) (?:a|one) (?:single )?word(?: or phrase)?\.?",
    r"(?:please )?answer (?:with )?yes or no\.?",
    r"answer with the option's letter from the given choices directly\.?",
    r"when the provided information is insufficient, respond with 'unanswerable'\.?",
))  # fmt: skip
"""Marks of images, and hints to the form of the answer that sets of questions have (Liu et al. 2023, "Improved
baselines with visual instruction tuning", section 3)."""
WH = "(what|which|who|where|how)"
ANYONE = "(?:you|someone|somebody|anyone|anybody)"
FRAMES = (
    (r"\bwhats\b", "what's"),
    (rf"\b(?:can|could|would|will|does) {ANYONE}(?: please)? (?:tell me|let me know|know) (?:please )?{WH}\b", r"\1"),
    (
        r"\b(what|who|where|which(?: [a-z]+)?|how [a-z]+) do you think (is|are|was|were|the|he|she|it|this|that)\b",
        r"\1 \2",
    ),
    (
        "[你您]?(?:能否|能不能|可不可以|可否|是否可以|可以|能够?|知不知道|知道)请?(?:[帮给为向]我|请你)?"
        "(?:告诉我?(?:一下)?|介绍一下|说一下|讲一下)?([^，。？?！\n]*)吗([？?。]?)$",
        r"\1\2",
    ),
    (r"^\s+|\s+$", ""),
)
"""Frames of politeness, and what stands for the text in them."""


def last_asked(messages: pa.ListArray) -> pa.Array:
    """The text of each prompt's last message by the user, or of its last message at all [P]."""
    ends = messages.offsets.to_numpy()
    flat = messages.values
    by_user = pc.equal(flat.field("role"), "user").to_numpy(zero_copy_only=False)
    last = np.maximum.accumulate(np.where(by_user, np.arange(len(by_user)), -1))[ends[1:] - 1]
    return flat.field("content").take(pa.array(np.where(last >= ends[:-1], last, ends[1:] - 1)))


def plain(messages: pa.Array) -> pa.Array:
    """What is asked, in lower case with straight apostrophes: of long messages the beginning and the end."""
    text = pc.replace_substring(pc.utf8_lower(messages), "’", "'")
    whole = pc.less_equal(pc.utf8_length(text), HEAD + TAIL)
    ends = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(text, 0, HEAD), pc.utf8_slice_codeunits(text, -TAIL), "\n"
    )
    text = pc.replace_substring_regex(pc.if_else(whole, text, ends), CUT, " ")
    return reduce(lambda found, frame: pc.replace_substring_regex(found, *frame), FRAMES, text)
