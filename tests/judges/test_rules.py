"""The rules: what each check says of real-looking English and Chinese texts, and what holds for any text at all."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prefdata.judges.rules import CHECKS, Text, check
from tests.conftest import SAMPLE

JUDGING = [name for name, rule in CHECKS.items() if not rule.measure]
PIECES = [
    "the",
    "a",
    "an",
    "I'm",
    "sorry,",
    "As",
    "AI,",
    "can't",
    "\n```\n",
    "$x$",
    "(",
    "“",
    "he",
    "go.",
    "\n",
    "-",
    "1.",
]
PIECES += ["的", "我", "不能", "抱歉，", "。", "，", "http://a.b", '"', "|", "[a](b)"]
WORDS = st.sampled_from(PIECES)
TEXTS = st.one_of(st.text(), st.lists(WORDS, max_size=60).map(" ".join), st.lists(WORDS, max_size=60).map("".join))
PICTURE = (
    ("boy", "son"),
    ("girl", "daughter"),
    ("cookie", "cookies"),
    ("stool",),
    ("falling", "tipping"),
    ("wash", "dry"),
)


def score(name: str, text: str, **known) -> float | None:
    """The score of one check; None where it does not apply."""
    finding = CHECKS[name].run(Text(text, **known))
    return None if finding is None else finding.score


def sentences(number: int) -> str:
    return " ".join(f"Sentence {i} tells us something about the {i + 7} houses of the town." for i in range(number))


def test_an_empty_answer_is_empty_and_nothing_else():
    assert score("not_empty", "") == score("not_empty", " \n\t ") == 0
    assert score("not_empty", "42") == 1
    assert set(check(JUDGING, Text("  ", prompt="Name a town in France, please."))) == {"not_empty"}


@pytest.mark.parametrize(("finish", "expected"), [("length", 0), ("max_tokens", 0), ("stop", 1), ("end_turn", 1)])
def test_the_server_knows_whether_a_text_was_cut(finish, expected):
    assert score("complete", "And so the river went on and on until", finish=finish) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Paris", 1),
        ("巴黎", 1),
        (sentences(5), 1),
        (sentences(5) + " Then she opened the door of the", 0),
        (sentences(5) + " Then she went into the old garden", 0.5),
        (sentences(5) + " There are apples, pears and a lot of other things,", 0),
        (sentences(5) + " That was what they said (and wrote in the", 0),
        (sentences(5) + "\n\nBest wishes,", 1),
        (sentences(5) + "\nI am sorry :-(", 1),
        (sentences(5) + "\n\n#town #houses", 1),
        (sentences(5) + "\n```python\nprint(1)", 0),
        (sentences(5) + "\n```python\nprint(1)\n```", 1),
        ("- apples\n- pears\n- a basket full of ripe plums\n" * 5 + "- bread from the baker", 1),
        ("人工智能正在改变我们的生活方式，它可以帮助人们更高效地完成工作。未来，人们将在学习和生活中与", 0),
        ("人工智能正在改变我们的生活方式，它可以帮助人们更高效地完成工作。未来会更好。", 1),
    ],
)
def test_a_text_without_finish_is_known_by_its_ending(text, expected):
    assert score("complete", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The box was opened and the cat was dead. The box was opened and the cat was alive. " * 6,
        "1. The Godfather by Mario Puzo\n2. The Silence of the Lambs by Thomas Harris\n" * 6,
        "哈" * 80,
        "Things to bring:\n- a pen\n- a ruler\n" + "- a pen\n- a ruler\n" * 4,
        "ATCG" * 60,
        "这个公园非常漂亮，里面有很多花。" * 8,
        "I like the town, the river and its many old bridges.\n" * 2,
        "- Make a red robot from old cans\n- Make a blue toy car from wood\n- Build a lamp that sings\n\n" * 2
        + "Done.",
    ],
)
def test_going_round_in_circles_is_found(text):
    assert score("no_repetition", text) < 0.8


@pytest.mark.parametrize(
    "text",
    [
        sentences(2),
        "ha ha ha",
        "- 1\n- 2\n- 3\n- 4\n- 5\n- 6\n- 7",
        "very " * 10,
        "-" * 200 + "\nA heading\n" + "=" * 200,
        "\n".join(
            f"{i}. In ten years, who is the most likely to {w}?" for i, w in enumerate(["swim", "sing", "dance"])
        ),
        "人工智能是计算机科学的一个分支，研究如何让机器像人一样思考、学习和解决问题，应用在医疗、教育和交通等领域。",
    ],
)
def test_ordinary_texts_do_not_repeat_themselves(text):
    assert score("no_repetition", text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, but I can’t.",
        "I cannot assist with this request, because it would be dangerous.",
        "I'm unable to provide real-time information.",
        "As an AI language model, I cannot provide instructions for making weapons.",
        "It's not appropriate or ethical to provide information on how to rob a casino.",
        "I must respectfully decline.",
        "抱歉，我无法回答这个问题。",
        "对不起，我不能提供有关犯罪的建议。",
        "作为一个AI语言模型，我不能鼓励任何违法行为。",
        "我不会提供任何赌博网站。",
    ],
)
def test_a_refusal_is_found(text):
    assert score("no_refusal", text) == 0


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry to hear that your cat died. Here is what may help.",
        "I can't help but admire how the river shines.",
        "I cannot recommend this restaurant enough!",
        "\"I'm sorry, but I can't help you,\" said the witch and closed the door.",
        "The knight knelt. The dragon shook its head, and he never asked again. Later he wrote: I cannot help it.",
        "Dear Mr Lee,\n\nI'm sorry, but I cannot provide a refund after thirty days.",
        "Sorry, I'm not a car technician. Are you asking about brakes?",
        "I wouldn't recommend that; try the train.",
        "I'm happy to help with your slides. Please note that I can't create images, but here is the text.",
        "抱歉，您无法用这种数据线给手机充电。",
        "很抱歉听到你有这样的想法，请和家人谈一谈。",
        "我不能没有你。",
        "对不起，我不能参加明天的聚会了。",
    ],
)
def test_what_only_sounds_like_a_refusal_is_none(text):
    assert score("no_refusal", text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "As an AI language model, I don't have feelings.",
        "Yes! As a large language model, I can write code.",
        "I'm sorry, but as an AI developed by OpenAI, I have no opinion.",
        "I cannot fulfill your request. I'm just an AI, it's not within my programming.",
        "作为一个AI，我没有情感。",
        "作为一名人工智能，我只能提供信息。",
        "抱歉，作为人工智能语言模型，我不能发表意见。",
    ],
)
def test_boilerplate_is_found(text):
    assert score("no_boilerplate", text) == 0


@pytest.mark.parametrize(
    "text",
    [
        'Many chatbots say "As an AI language model, I cannot", which users find tiring.',
        "As an AI engineer, I build search engines.",
        "As an AI-powered company, we sell maps.",
        "作为人工智能的核心，机器学习发展很快。",
        "这句话“作为一个AI语言模型，我不能”很常见。",
    ],
)
def test_ai_as_a_topic_is_no_boilerplate(text):
    assert score("no_boilerplate", text) == 1


@pytest.mark.parametrize(
    "prompt", ["Who are you?", 'Why do you say "As an AI language model, I"?', "Are you a robot?", "你是谁？"]
)
def test_boilerplate_is_an_answer_where_the_prompt_asks_for_it(prompt):
    assert score("no_boilerplate", "As an AI, I have no body.", prompt=prompt) in (None, 1)


ENGLISH = "Please tell me how people in old towns built their bridges over wide rivers."
CHINESE = "请告诉我古代的人们是怎样在宽阔的河流上建造桥梁的。"
FRENCH = (
    "Les habitants des vieilles villes construisaient leurs ponts en pierre, et ils y travaillaient pendant des années."
)


@pytest.mark.parametrize(
    ("prompt", "text", "language", "expected"),
    [
        (ENGLISH, "They drove piles of oak into the ground and laid stones upon them, one arch a year.", None, 1),
        (
            ENGLISH,
            "古代的工匠先把木桩打进河床，然后在上面一块一块地砌石头，一年只能完成一个桥拱，往往需要几代人的努力。",
            None,
            0,
        ),
        (ENGLISH, FRENCH, None, 0),
        (CHINESE, FRENCH, None, 0),
        (CHINESE, "工匠先把木桩打进河床，然后在上面砌石头，一年完成一个桥拱。", None, 1),
        ("Translate into French: " + ENGLISH, FRENCH, None, None),
        ("用英文写：" + CHINESE, ENGLISH, None, None),
        (ENGLISH, FRENCH, "fr", 1),
        (ENGLISH, FRENCH, "en", 0),
        (ENGLISH, "Paris", None, None),
        (ENGLISH, "Ursus americanus, Ursus arctos, Ursus thibetanus", None, None),
        (
            ENGLISH,
            "```python\nfor pont in ponts:\n    print(pont.longueur, pont.largeur, pont.hauteur)\n```",
            None,
            None,
        ),
        (ENGLISH, "12 345, 67 890 — 2.5 × 4 = 10", None, None),
        ("hi", FRENCH, None, None),
    ],
)
def test_the_language_is_the_wanted_one(prompt, text, language, expected):
    assert score("language", text, prompt=prompt, language=language) == expected


@pytest.mark.parametrize(
    "text",
    [
        "This is the the best way to go.",
        "It was a hour ago that we saw an university.",
        "He is an European who bought a apple.",
        "You could of told me about it.",
        "Their is a cat on the roof of our house.",
        "He go to school every day with his sister.",
        "They was happy when we came to see them.",
        "We went home. and then it began to rain.",
        "It is a nice day , and we go out to swim.",
        "The house is red,but the door is green.",
        "This is a house (with a garden.\nIt is for sale, and we like it.",
        "She didn't went to the park with us.",
        "```\na elephant he go\n```\nThis is a elephant of the zoo.",
        "A knife can been seen on the table.",
        "这是一个很好的的方法，大家都可以试一试。",
        "今天天气很好，，我们一起去公园散步吧。",
        "他正在在教室里学习，同学们都在等他。",
        "我们去了北京（中国的首都，还去了上海。\n大家都很高兴。",
    ],
)
def test_clear_errors_of_grammar_are_found(text):
    assert score("grammar", text) == 0


@pytest.mark.parametrize(
    "text",
    [
        "He had had a dog, and I know that that dog was an honest one.",
        "It took an hour to walk to a university with a one-way street and an MRI scanner in a European town.",
        "An historic hotel is a hotel, and a usual user of a url is no heir to an urn.",
        "Should he go, we will follow; I saw it go, and what I love about you is that you are here.",
        "The person I talked to has a dog. One of the city's parks is closed. He and she have a car.",
        "Vitamin A is good, and vitamin a intake matters. Put the soda can can where it was.",
        "You could, of course, say what you could of the story.",
        'She said, "Me go home now," and wrote "a apple" on the wall.',
        "Use `a apple` and see https://example.com/a,b(c for more.",
        "- red apples\n- a) green pears :)\n- e.g. plums, etc. and so on, which are in the U.S. at 3 p.m. today.",
        'The interval [0, 1) is half open, and 12" is a foot, as f(x and the like are not.',
        "| a apple | he go |\n|---|---|\nThat was a table, and it is not read by the rules.",
        "You show me your sword. *bows deeply* Welcome! *raises a glass*",
        "他的目的的确很清楚，为了了解情况，他去了学校。",
        "我们的方法有：1）多读书；2）多练习……最后一定会成功的。",
    ],
)
def test_good_grammar_is_left_alone(text):
    assert score("grammar", text) == 1


def test_grammar_is_not_judged_in_names_or_other_languages():
    assert score("grammar", "Paris, Lyon, Nice") is None
    assert score("grammar", "今日は天気がいいので、公園へ行きます。") is None
    assert score("grammar", FRENCH + " Pourquoi ? Parce que !") is None


def test_a_long_text_may_have_a_slip_and_the_prompts_own_words_are_not_held_against_it():
    assert score("grammar", sentences(30) + " He go home.") == 1
    assert score("grammar", "You wrote: He go home. That is not right.", prompt="Is this right: He go home.") == 1


def test_measures_measure():
    assert score("length", " abc ") == 3
    assert score("words", "Two words") == 2
    assert score("words", "我爱北京 and 上海") == 7
    assert score("sentence_length", "One two three. One two three four five!") == 4
    assert score("sentence_length", "我爱北京。我也爱上海。") == 4.5
    assert score("sentence_length", "```\ncode\n```") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is definitely true. There is no doubt.", 1),
        ("It might be true. Perhaps not.", 0),
        ("The sky is blue.", 0.5),
        ("It is clearly so. It may be so.", 0.5),
        ("这绝对是真的。毫无疑问。", 1),
        ("这可能是真的。也许不是。", 0),
    ],
)
def test_confident_tone_weighs_certainty_against_hedging(text, expected):
    assert score("confident_tone", text) == expected


def test_information_units_count_what_is_mentioned_in_any_form():
    healthy = "Two sons on stools are tipping over, the girl's hand wants cookies, and mother dries dishes."
    assert score("information_units", healthy, units=PICTURE) == 1
    assert score("information_units", "A cowboy stoolpigeon eats.", units=PICTURE) == 0
    assert (
        CHECKS["information_units"].run(Text("a boy falls", units=PICTURE)).detail.endswith("girl, cookie, stool, wash")
    )
    assert score(
        "information_units", "男孩站在凳子上拿饼干。", units=(("男孩",), ("饼干",), ("妈妈",))
    ) == pytest.approx(2 / 3)
    assert score("information_units", "A boy.") is None


@settings(max_examples=400, deadline=None)
@given(text=TEXTS, prompt=TEXTS, finish=st.sampled_from([None, "stop", "length", "?"]))
@example(text="\ud800", prompt="", finish=None)
@example(text="(" * 2000, prompt='"' * 2000, finish=None)
def test_no_text_breaks_a_check_and_scores_stay_in_range(text, prompt, finish):
    for name, finding in check(CHECKS, Text(text, finish, "en", prompt, PICTURE)).items():
        assert finding.score >= 0
        assert finding.score <= 1 or name in ("length", "words", "sentence_length")
        assert finding.score == 1 or CHECKS[name].measure or finding.detail


@settings(max_examples=400, deadline=None)
@given(text=TEXTS.filter(str.strip), times=st.integers(1, 40))
def test_doubling_a_text_never_raises_its_score_for_repetition(text, times):
    text *= times
    assert score("no_repetition", text + text) <= score("no_repetition", text)


@settings(max_examples=400, deadline=None)
@given(text=TEXTS, refusal=st.sampled_from(["I'm sorry, but I can't help with that. ", "抱歉，我无法回答这个问题。"]))
def test_a_refusal_put_before_a_text_makes_it_one(text, refusal):
    assert score("no_refusal", refusal + text) == 0


def test_what_is_found_in_the_sample_was_read_by_eye():
    """All 19 hits in 164 real answers are right; none refuses, names itself a machine or is in another language."""
    found = Counter()
    for prompt, text in _sample():
        findings = check(JUDGING, Text(text, prompt=prompt))
        found.update(name for name, finding in findings.items() if finding.score < 1)
    assert found == {"no_repetition": 14, "not_empty": 3, "complete": 2}


def _sample() -> set[tuple[str, str]]:
    """The prompts and responses of the sample."""
    rows = json.loads(SAMPLE.read_text(encoding="utf-8"))
    sides = ("response1", "response2")
    return {(f"{row['instruction']}\n{row['input']}".strip(), str(row[side])) for row in rows for side in sides}
