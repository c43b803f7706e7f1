"""`no_refusal`: does the answer begin by declining to answer, in English or Chinese?

Only the opening is read, and only what the writer says: a refusal that is quoted, or stands in a letter that was asked
for, is none. Not knowing, asking back and advising against something are no refusals either.
"""

from __future__ import annotations

import re

from prefdata.judges.rules.phrases import one_of
from prefdata.judges.rules.prose import quoted
from prefdata.judges.rules.text import GOOD, Finding, Text, bad, shown

OPENING = 400
"""Characters that count as the opening."""

BEGIN = (
    r"(?:^(?:(?:Answer|Response|Output|AI|Assistant): )?|(?<=[.!?,;—–-] )|(?<=[.!?]  )|(?<=\n)|(?<=but )|(?<=However ))"
)
SORRY = one_of(r"""
    I(?:'m| am)(?: \w+){0,2} sorry / I(?:'m| am) afraid / [Ss]orry / I (?:do )?apologi[sz]e / (?:My )?[Aa]pologies
    Unfortunately / Regrettably
""")
ABLE = "able / going / allowed / permitted / programmed / designed / willing / prepared"
CANNOT = one_of(rf"""
    (?:\ can't|\ cannot|\ can\ not|\ will\ not|\ won't)
    (?:'m|\ am)(?: simply| also| currently)? unable to
    (?:'m|\ am)(?: simply| also| currently)? not {one_of(ABLE)} to
    (?:'m|\ am) not comfortable(?: with)?
    (?:\ do\ not|\ don't) feel comfortable
    (?:\ do\ not|\ don't) have the (?:ability|capability) to
    (?:\ must|\ have\ to|\ need\ to)(?: \w+ly)? (?:decline|refuse)(?: to)?
    (?:\ refuse|\ decline) to
""")
HELP = one_of(r"""
    help(?:ing)?(?! but| feeling| noticing| thinking) / assist / provid / fulfil / comply / answer
    do (?:that|this|so|it)\b
""")
DO = one_of(rf"""
    {HELP}
    aid / support / generat / creat / writ(?:e|ing) / engag / discuss / offer / giv(?:e|ing) / shar(?:e|ing)
    participat / condon / encourag / promot / complet / accommodat / produc / advis / respond / endors / facilitat
    suggest / teach
    tell you (?:how|where|what|who|which|that) / explain / describ / predict (?:the )?future / access / brows / open
    view / play / perform / see (?:the )?(?:image|picture|photo) / speculat / comment / carry out / reproduc / reveal
    disclos
    express (?:an? |any )?(?:\w+ )?(?:opinion|view|preference) / say anything / make (?:up|any|jokes|fun)
    recommend (?:any|that|illegal|using)
""")
ADVERB = "(?: in good conscience| really| also| directly| even| simply| be able to| \\w+ly)?"
PRAISE = "(?! (?:enough|highly|too much|more strongly|better)| you (?:how (?:much|happy|grateful|sorry)|enough))"
UNFIT = "It(?: is|'s) not (?:appropriate|ethical|safe)(?: or (?:ethical|safe|appropriate|respectful))?"
ENGLISH = re.compile(
    BEGIN
    + one_of(rf"""
        {SORRY}[^.!?\n]{{0,80}}?\bI{CANNOT}(?:{ADVERB} {DO}\w*|[.!]|\s*$)
        I{CANNOT}{ADVERB} {DO}\w*{PRAISE}
        I (?:do not|don't) (?:want to|think (?:that )?I (?:can|should)) {HELP}\w*
        I (?:must|have to)(?: \w+ly)? (?:decline|refuse)\b
        (?:[Ss]orry|No),? (?:but )?I (?:can't|cannot|won't)[.!]
        {UNFIT} (?:to|for me to) (?:provide|discuss|encourage|promote|offer|share)\b
        It(?: is|'s) not (?:possible|appropriate) for me to\b
        My (?:guidelines|programming|policies) (?:do not|don't|prohibit|prevent)
    """)
)
WILLING = re.compile(
    r"\b(?:(?:happy|glad) to help|I can (?:certainly|help)|Sure|Certainly|Of course|Here(?:'s| is| are))\b"
)
"""Said before it, it makes a refusal one of a part only, unless it is one to help at all."""
AT_ALL = re.compile(r"(?:help|assist|fulfil|comply|answer)\w*$")
LETTER = re.compile(r"\s*(?:\*\*)?(?:Dear\b|Subject\b|To whom|Hi \w+,|Hello \w+,|尊敬的|亲爱的|主题)")

CANNOT_ZH = one_of("""
    无法 / 不能(?!不|没有) / 不会 / 没办法 / 没有办法 / 没法 / 不便 / 拒绝 / 不可以 / 不应该? / 不予 / 不适合
    不被允许 / 無法
    不支持 / 没有能力
""")
NOW_ZH = "(?:暂时|目前|还|并|也|现在|实在|真的)?"
FOR_ZH = "(?:[为给向帮](?:您|你)|对此|再|继续|直接|以|就此|在此)?"
DO_ZH = one_of("""
    提供 / 回答 / 帮助 / 帮忙 / 协助 / 满足 / 支持 / 生成 / 讨论 / 给出 / 执行 / 完成 / 参与 / 鼓励 / 告诉 / 透露 / 建议
    进行 / 继续 / 撰写 / 编写 / 创作 / 写 / 扮演 / 评论 / 评价 / 推荐 / 教 / 发表 / [做作]出 / 处理 / 接受 / 描述 / 说明
    访问 / 浏览 / 查看 / 打开 / 播放 / 预测 / 解答 / 分享 / 响应 / 遵循 / 配合 / 展示 / 介绍 / 显示
""")
SORRY_ZH = "[很非常十分真的实在]{0,3}(?:抱歉|对不起|不好意思|遗憾|對不起)"
CHINESE = re.compile(
    r"(?:^|(?<=[。！？\n，,；：:但]))\s*"
    + one_of(rf"""
        {SORRY_ZH}[^您你。！？\n]{{0,30}}?{CANNOT_ZH}(?!理解|明白|参加|出席|赴|陪|原谅|忘)
        (?:作为[^。！？\n]{{2,25}}?，?)?我(?:作为[^。！？\n]{{2,20}}?[，,])?{NOW_ZH}{CANNOT_ZH}{FOR_ZH}{DO_ZH}
    """)
)


def no_refusal(given: Text) -> Finding | None:
    """0 for an answer that begins with a refusal."""
    opening = given.text.strip()[:OPENING].replace("’", "'")
    if not opening:
        return None
    refusal = None if LETTER.match(opening) else _refusal(opening)
    return bad(f"says {shown(refusal)}") if refusal else GOOD


def _refusal(opening: str) -> str | None:
    """The first refusal that is the writer's own."""
    for pattern in (ENGLISH, CHINESE):
        for found in pattern.finditer(opening):
            part = WILLING.search(opening, 0, found.start()) and not AT_ALL.search(found[0])
            if not part and not quoted(opening, found.start()):
                return found[0]
    return None
