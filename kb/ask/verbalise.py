"""A logical form in words: the reading that an answer shows, and a question that asks it.

The question, parsed again, gives the same form: so it can serve as a suggestion. Must not
know SPARQL.
"""

from __future__ import annotations

from kb.ask import phrases
from kb.ask.form import (
    About,
    Aggregate,
    Compare,
    Count,
    CountEach,
    Describe,
    Difference,
    Either,
    Extreme,
    Figure,
    Filter,
    Form,
    NotStated,
    Progress,
    Related,
    Review,
    Select,
    Set,
)
from kb.ask.lexicon import Lexicon
from kb.ask.phrases import plural
from kb.text import Language, Text


def reading(form: Form | Progress, lexicon: Lexicon) -> Text:  # noqa: PLR0911 - one for each form
    """How a form was understood, in both languages."""
    if isinstance(form, Progress):
        return _progress(form, lexicon)
    if isinstance(form, Select):
        text = _set(form.members, lexicon)
        if form.order:
            down = form.order == "descending"
            text = _join(
                text, Text("从高到低", "high to low") if down else Text("从低到高", "low to high")
            )
        return _join(text, Text(f"前 {form.limit}", f"first {form.limit}")) if form.limit else text
    if isinstance(form, Count):
        return _of(Text("数量", "number"), _set(form.members, lexicon))
    if isinstance(form, CountEach):
        each = lexicon.label(form.each.kind)
        counted = _set(form.counted, lexicon)
        return Text(
            f"每个{each.zh}：{counted.zh} 的数量", f"for each {each.en}: number of {counted.en}"
        )
    if isinstance(form, Extreme):
        most = form.end == "most"
        by = _set(form.by, lexicon) if form.by else Text("数值", "value")
        text = _join(_set(form.members, lexicon), by)
        return _join(text, Text("最大" if most else "最小", "most" if most else "least"))
    if isinstance(form, Aggregate):
        name = Text("总和", "sum") if form.function == "sum" else Text("平均", "mean")
        text = _of(name, _set(form.members, lexicon))
        return _join(_set(form.each, lexicon), text) if form.each else text
    if isinstance(form, Difference):
        one, other = _set(form.one, lexicon), _set(form.other, lexicon)
        return Text(f"差：{one.zh} − {other.zh}", f"difference: {one.en} − {other.en}")
    if isinstance(form, Compare):
        names = _names(form.entities, lexicon)
        manner = {
            "beside": Text("并列", "side by side"),
            "common": Text("共同", "in common"),
            "differ": Text("不同", "different"),
        }[form.manner]
        return _join(_join(_set(form.members, lexicon), names), manner)
    if isinstance(form, Describe):
        label = lexicon.label(form.entity)
        return Text(f"说明 = {label.zh}", f"description = {label.en}")
    if isinstance(form, Review):
        return Text("自查 → 数字之和", "self-audit → sums of figures")
    return _missing_reading(form, lexicon)


def _missing_reading(form: NotStated, lexicon: Lexicon) -> Text:
    kinds = [lexicon.label(kind) for kind in form.kinds]
    zh, en = "、".join(k.zh for k in kinds), " and ".join(k.en for k in kinds)
    if not form.about:
        return Text(f"规划 → {zh}", f"plan → {en}")
    about = _names(form.about, lexicon)
    return Text(f"{about.zh} → {zh}", f"{about.en} → {en}")


def _join(one: Text, other: Text) -> Text:
    return Text(f"{one.zh} → {other.zh}", f"{one.en} → {other.en}")


def _of(name: Text, what: Text) -> Text:
    return Text(f"{what.zh} 的{name.zh}", f"{name.en} of {what.en}")


def _set(members: Set, lexicon: Lexicon) -> Text:
    kind = lexicon.label(members.kind)
    zh, en = kind.zh, plural(kind.en)
    for item in members.filters:
        part = filter_reading(item, lexicon)
        zh += f" → {part.zh}"
        en += f" → {part.en}"
    return Text(zh, en)


def filter_reading(item: Filter, lexicon: Lexicon) -> Text:
    """One condition as part of a reading: team = rural practical talent."""
    if isinstance(item, About):
        names = _names(item.topics[:1], lexicon)
        sign = "≠" if item.negated else "="
        return Text(f"主题 {sign} {names.zh}", f"topic {sign} {names.en}")
    if isinstance(item, Figure):
        text = phrases.figure(item, lexicon)
        return Text(text.zh.removesuffix("的"), text.en)
    if isinstance(item, Either):
        groups = [[filter_reading(one, lexicon) for one in group] for group in item.groups]
        return Text(
            "（" + "）或（".join(" · ".join(f.zh for f in group) for group in groups) + "）",
            "(" + ") or (".join(" · ".join(f.en for f in group) for group in groups) + ")",
        )
    if not isinstance(item, Related):
        text = phrases.condition(item, lexicon)
        return Text(text.zh.removesuffix("的"), text.en)
    sign = "≠" if item.negated else "="
    if item.within is not None:
        inner = _set(item.within, lexicon)
        no = Text("无", "no ") if item.negated else Text("有", "has ")
        return Text(f"{no.zh}（{inner.zh}）", f"{no.en}({inner.en})")
    thing = lexicon.things[item.entities[0]]
    own = sorted(k for k in thing.kinds if k.startswith(lexicon.schema.ns))
    kind = lexicon.label(own[0]) if own else Text("类别", "code")
    if lexicon.schema.is_a(own[0] if own else "", lexicon.kind("TalentTeam")):
        kind = Text("队伍", "team")
    names = _names(item.entities, lexicon)
    return Text(f"{kind.zh} {sign} {names.zh}", f"{kind.en} {sign} {names.en}")


def _names(iris: tuple[str, ...], lexicon: Lexicon) -> Text:
    labels = [lexicon.label(iri) for iri in iris]
    return Text("、".join(label.zh for label in labels), " and ".join(label.en for label in labels))


# --- questions --------------------------------------------------------------------------------


def question(form: Form, lexicon: Lexicon, language: Language) -> str:
    """A question that asks the form."""
    return _question(form, lexicon).in_(language)


def _question(form: Form, lexicon: Lexicon) -> Text:  # noqa: PLR0911 - one for each form
    if isinstance(form, Select):
        what = phrases.of(form.members, lexicon)
        if form.order:
            down = form.order == "descending"
            zh = "从高到低" if down else "从低到高"
            en = "from high to low" if down else "from low to high"
            return Text(f"{what.zh}{zh}有哪些？", f"Which {what.en} are there {en}?")
        if form.limit:
            return Text(f"列出前{form.limit}个{what.zh}", f"List the first {form.limit} {what.en}")
        return Text(f"{what.zh}有哪些？", f"Which {what.en} are there?")
    if isinstance(form, Count):
        what = phrases.of(form.members, lexicon)
        return Text(f"{what.zh}一共有多少个？", f"How many {what.en} are there?")
    if isinstance(form, CountEach):
        each, what = lexicon.spoken(form.each.kind), phrases.of(form.counted, lexicon)
        return Text(
            f"每个{each.zh}分别有多少个{what.zh}？",
            f"For each {each.en}, how many {what.en} are there?",
        )
    if isinstance(form, Extreme):
        return _extreme(form, lexicon)
    if isinstance(form, Aggregate):
        what = phrases.of(form.members, lexicon)
        if form.each is not None:
            each = lexicon.spoken(form.each.kind)
            return Text(
                f"平均每个{each.zh}有多少个{what.zh}？",
                f"On average, for each {each.en}, how many {what.en} are there?",
            )
        if form.function == "sum":
            return Text(f"{what.zh}的总和是多少？", f"What is the sum of the {what.en}?")
        return Text(f"{what.zh}的平均是多少？", f"What is the average of the {what.en}?")
    if isinstance(form, Difference):
        one, other = phrases.of(form.one, lexicon), phrases.of(form.other, lexicon)
        return Text(
            f"{one.zh}比{other.zh}多多少？", f"By how much do the {one.en} exceed the {other.en}?"
        )
    if isinstance(form, Compare):
        return _compare(form, lexicon)
    if isinstance(form, Describe):
        label = phrases.name(form.entity, lexicon)
        return Text(f"什么是{label.zh}？", f"What is {label.en}?")
    if isinstance(form, Review):
        return Text("各队伍的增量加起来对得上吗？", "Do the increases of the teams add up?")
    return _missing(form, lexicon)


def _extreme(form: Extreme, lexicon: Lexicon) -> Text:
    what = phrases.of(form.members, lexicon)
    most = form.end == "most"
    if form.by is None:
        return Text(
            f"最{'大' if most else '小'}的{what.zh}有哪些？",
            f"Which {what.en} are the {'largest' if most else 'smallest'}?",
        )
    by = phrases.of(form.by, lexicon)
    if form.by.kind == lexicon.kind("QuantitativeTarget") and not form.counted:
        return Text(
            f"{by.zh}最{'大' if most else '小'}的{what.zh}有哪些？",
            f"Which {what.en} have the {'largest' if most else 'smallest'} {by.en}?",
        )
    return Text(
        f"{by.zh}最{'多' if most else '少'}的{what.zh}有哪些？",
        f"Which {what.en} have the {'most' if most else 'fewest'} {by.en}?",
    )


def _compare(form: Compare, lexicon: Lexicon) -> Text:
    labels = [phrases.name(iri, lexicon) for iri in form.entities]
    zh, en = "和".join(x.zh for x in labels), " and ".join(x.en for x in labels)
    what = phrases.of(form.members, lexicon)
    if form.manner == "common":
        return Text(f"{zh}有哪些共同的{what.zh}？", f"Which {what.en} do {en} have in common?")
    if form.manner == "differ":
        return Text(f"{zh}的{what.zh}有什么不同？", f"How do the {what.en} of {en} differ?")
    return Text(f"比较{zh}的{what.zh}", f"Compare the {what.en} of {en}")


def _missing(form: NotStated, lexicon: Lexicon) -> Text:
    kinds = [phrases.name(kind, lexicon) for kind in form.kinds]
    about = [phrases.name(iri, lexicon) for iri in form.about]
    whom = "和".join(one.zh for one in about) or "规划"
    whose = f"For {' and '.join(one.en for one in about)}, what" if about else "What"
    # Nothing follows the kind of fact: “the class size of” could be about the size of a class.
    return Text(
        f"{whom}的{'和'.join(kind.zh for kind in kinds)}是什么？",
        f"{whose} is the {' and the '.join(kind.en for kind in kinds)}?",
    )


def _progress(form: Progress, lexicon: Lexicon) -> Text:
    base = lexicon.schema.ns.removesuffix("ns#")
    grades = [lexicon.label(f"{base}scheme/grade/{grade}") for grade in form.grades]
    text = _of(Text("填报", "reports"), _set(form.targets, lexicon))
    if grades:
        text = _join(text, Text("、".join(g.zh for g in grades), " or ".join(g.en for g in grades)))
    if form.years:
        years = ", ".join(map(str, form.years))
        text = _join(text, Text(f"{years} 年", years))
    return text
