"""What is said where there is no answer, and which kind of refusal of the contract it is.

Must not know how a question was parsed, nor SPARQL.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.ask.answer import Refusal, Status
from kb.ask.failure import Failure
from kb.ask.lexicon import Lexicon
from kb.ask.scan import Token
from kb.text import Text

#: The longest question, in code points.
LONGEST = 2000
#: The most things that a question may name; of thousands that people asked none had half as many.
MOST_NAMED = 30
#: The most tokens that are weighed, and the most characters that nothing is known of.
_MOST_TOKENS, _MOST_UNKNOWN = 500, 300


def empty() -> Refusal:
    """Nothing was asked."""
    return Refusal(
        "empty", Text("没有收到问题，请输入一个问题。", "There is no question; please ask one.")
    )


def too_long(length: int) -> Refusal:
    """More than anyone asks."""
    return Refusal(
        "too-long",
        Text(
            f"问题有 {length} 个字符，上限为 {LONGEST}；请缩短。",
            f"The question has {length} characters, and at most {LONGEST} are read; "
            "please shorten it.",
        ),
    )


def too_much(tokens: Sequence[Token]) -> Refusal | None:
    """Several questions in one, or one in a whole letter; None where it can be read."""
    count = sum(token.content for token in tokens)
    unknown = sum(len(token.text) for token in tokens if not token.known)
    if count <= MOST_NAMED and (len(tokens) > _MOST_TOKENS or unknown > _MOST_UNKNOWN):
        return Refusal(
            "too-long",
            Text(
                "问题里与规划无关的文字太多，读不出问的是什么；请只写要问的那一句。",
                "Too much of this says nothing about the plan to find the question in it; "
                "please write only the question.",
            ),
        )
    if count <= MOST_NAMED:
        return None
    return Refusal(
        "too-long",
        Text(
            f"这里一共提到 {count} 项内容，一次最多读 {MOST_NAMED} 项；请一次只问一个问题。",
            f"This names {count} things, and at most {MOST_NAMED} are read at a time; "
            "please ask one question at a time.",
        ),
    )


def of(failure: Failure, lexicon: Lexicon) -> tuple[Status, Refusal]:
    """Status and refusal of a failed parse."""
    zh = "、".join(f"“{span}”" for span in failure.spans)
    en = ", ".join(f"“{span}”" for span in failure.spans)
    if failure.trouble == "no-such-entity":
        return "refused", _no_such(failure, lexicon)
    if failure.trouble == "out-of-scope":
        return "refused", Refusal(
            "out-of-scope",
            Text(
                "问题中没有认出规划所说的内容" + (f"：{zh}。" if zh else "。"),
                "Nothing here was recognised as something that the plan states"
                + (f": {en}." if en else "."),
            ),
        )
    if failure.trouble == "no-report":
        return "empty", Refusal(
            "no-report",
            Text(
                "问的是进展，而没有已接受的报告说到它；规划只写目标，不写完成情况。",
                "This asks for progress, and no report that was accepted says it; "
                "the plan gives targets, not what has been done.",
            ),
        )
    if failure.trouble == "help":
        return "clarify", Refusal(
            "ambiguous",
            Text(
                "可以问规划里的队伍、目标、举措、机制、专项、机构和数字，也可以用自己的话问某一条。例如：",
                "Ask about the plan's teams, targets, measures, mechanisms, programmes, bodies and "
                "figures, or about a single clause in your own words. For example:",
            ),
        )
    if failure.trouble == "not-found":
        return "clarify", Refusal(
            "ambiguous",
            Text(
                "没有找到与整个问题相符的条文"
                + (f"；没有条文谈到{zh}" if zh else "")
                + "。相近的见下。",
                "No clause answers all of this"
                + (f"; none speaks of {en}" if en else "")
                + ". What comes near is below.",
            ),
        )
    if failure.trouble == "no-previous":
        return "clarify", Refusal(
            "ambiguous",
            Text(
                "这像是对上一个问题的追问，但这里没有上一个问题（或它已不适用）。请把问题问完整。",
                "This follows on from an earlier question, and there is none here (or it holds no "
                "longer). Please ask the whole question.",
            ),
        )
    if failure.trouble == "unknown-word":
        return "clarify", Refusal(
            "unknown-word",
            Text(
                f"没有看懂{zh}，因此没有作答；其余部分可以这样问。",
                f"Not understood: {en}. So there is no answer; the rest can be asked as below.",
            ),
        )
    return "clarify", Refusal(
        "ambiguous",
        Text(
            (f"{zh}可以有不同的理解" if zh else "这个问题可以有不同的理解") + "，请选择。",
            (f"{en} can be understood" if en else "This can be understood")
            + " in more than one way; please choose.",
        ),
    )


def _no_such(failure: Failure, lexicon: Lexicon) -> Refusal:
    kind = lexicon.label(failure.kind)
    members = [thing.label for thing in lexicon.members(failure.kind)]
    zh, en = "、".join(m.zh for m in members), "; ".join(m.en for m in members)
    name_zh = "、".join(f"“{span}”" for span in failure.spans)
    name_en = ", ".join(f"“{span}”" for span in failure.spans)
    return Refusal(
        "no-such-entity",
        Text(
            f"规划中没有{name_zh}这样的{kind.zh}。共有 {len(members)} 个：{zh}。",
            f"The plan has no {kind.en} {name_en}. There are {len(members)}: {en}.",
        ),
    )
