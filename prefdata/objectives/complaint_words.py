"""What a complaint is about, by its words, English or Chinese.

A complaint may be about several things. What is denied ("not too long", 不危险) is not complained of.
"""

from __future__ import annotations

import re

ENGLISH = {
    "accuracy": [
        r"wrong", r"false\b", r"incorrect", r"inaccura", r"untrue", r"mistake", r"errors?\b", r"made[- ]up",
        r"ma(?:k\w+|de) \w+ up\b", r"hallucinat", r"fabricat", r"misinform", r"(?:a lie|lies|lied|lying)\b",
        r"(?:not|isn't|wasn't|aren't) (?:\w+ )?(?:true|correct|accurate|right)\b",
    ],
    "brevity": [
        r"too (?:\w+ )?(?:long|wordy|verbose|lengthy|much text|many words)\b", r"long[- ]winded", r"verbose", r"rambl",
        r"wordy", r"(?:get|come) to the point", r"(?:be|make it) (?:much )?shorter", r"more concise", r"not concise",
        r"wall of text",
    ],
    "safety": [
        r"unsafe", r"(?:not|isn't) safe\b", r"dangerous", r"danger\b", r"harm(?:ful|s|ing)?\b", r"offensive", r"toxic",
        r"racis[tm]", r"sexis[tm]", r"hateful", r"illegal", r"abusive", r"insult", r"privacy", r"private data",
    ],
    "helpfulness": [
        r"unhelpful", r"(?:not|\w+n't) (?:\w+ )?(?:help(?:s|ful|ed)?|answer(?:ed)?|useful|address)\b", r"useless",
        r"(?:no|little) (?:use|help)\b", r"ignor\w+ (?:my|the|what)", r"refus(?:ed|es|al)\b", r"evasive",
    ],
}  # fmt: skip
CHINESE = {
    "accuracy": "错误 错了 出错 有错 说错 不对 不准 不正确 不属实 不真实 不实 失实 虚假 编造 捏造 胡说 瞎说 瞎编 乱说",
    "brevity": "太长 过长 冗长 啰嗦 罗嗦 啰唆 废话 长篇大论 不简洁 不够简洁 不够简短 太多字 字太多 字数太多 短一点",
    "safety": "不安全 危险 有害 伤害 冒犯 侮辱 歧视 违法 非法 暴力 色情 隐私 有毒",
    "helpfulness": "没用 没有用 无用 没什么用 没帮助 没有帮助 毫无帮助 帮不上 答非所问 没回答 没有回答 没解决 没有解决",
}
DENIED = re.compile(
    r"(?:\b(?:not|never|nothing|no|\w+n't)(?: (?!only\b)(?:that|at all|so|even|really|is|was|be))?\s+"
    r"|不|没|没有|不是|不算|并非|不太|绝不)$"
)
PATTERNS = {
    name: re.compile(rf"\b(?:{'|'.join(words)})|(?:{CHINESE[name].replace(' ', '|')})")
    for name, words in ENGLISH.items()
}


def about(text: str) -> tuple[str, ...]:
    """The dimensions that a complaint is about; none where its words say nothing of them."""
    plain = text.lower().replace("’", "'")
    return tuple(
        name for name, words in PATTERNS.items() if any(_meant(plain, found) for found in words.finditer(plain))
    )


def _meant(text: str, found: re.Match[str]) -> bool:
    return not DENIED.search(text[: found.start()])
