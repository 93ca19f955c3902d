"""Puts what a question names together into a logical form, and accounts for every content word.

Works by types alone: which classes, entities and topics were named, and what links them in the
graph. What is named in the vocabulary's own terms is composed; what is asked freely is searched
among the plan's clauses. Must not know sentences, nor SPARQL.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from kb.ask.choices import choices
from kb.ask.clauses import Clauses
from kb.ask.compose import Composer
from kb.ask.failure import Failure, Parsed
from kb.ask.form import Compare, Difference, Extreme, Form, NotStated, Question, Select, Set
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mentions
from kb.ask.needs import foreign
from kb.ask.reported import progress_of, words_of
from kb.ask.satisfying import satisfies
from kb.ask.scan import Token
from kb.ask.search import Search
from kb.normalise import is_ideograph

#: An unknown word that weighs no more than this says nothing.
_SLIGHT = 1.0
#: From here on a bare number can be a figure of the plan that is asked for by itself.
_TELLING = 20


def parse(tokens: Sequence[Token], lexicon: Lexicon, clauses: Clauses) -> Parsed:
    """The question that the tokens ask, or why they ask none."""
    named = Mentions.of(tokens, lexicon)
    parsed = _no_such_member(named, lexicon, clauses) or _parse(named, lexicon, clauses)
    if not isinstance(parsed, Question) or not _shares(parsed, named, lexicon, clauses):
        return parsed
    return Failure("not-found", (), (parsed.form,))


def _shares(asked: Question, named: Mentions, lexicon: Lexicon, clauses: Clauses) -> bool:
    """Whether a number of things is asked for, and the plan gives nothing but shares of them."""
    form = asked.form
    if asked.manner != "value" or not isinstance(form, Select) or not named.counts:
        return False
    base = lexicon.schema.ns.removesuffix("ns#")
    shares = {f"{base}scheme/unit/percent", f"{base}scheme/unit/ratio"}
    found = [c for c in clauses.all.values() if satisfies(c, form.members, lexicon)]
    return bool(found) and all(clause.linked & shares for clause in found)


def _parse(named: Mentions, lexicon: Lexicon, clauses: Clauses) -> Parsed:
    if named.unknown and all(_slight(token, named) for token in named.unknown):
        named = named.understood(lexicon)
    search = Search(named, lexicon, clauses)
    failure = _gate(named, lexicon, clauses)
    if failure is not None:
        return _in_spite(failure, named, lexicon, clauses, search)
    ranked = named.has("most", "least", "largest", "smallest", "more", "fewer", "compare")
    if named.facts and not ranked and (clause := search.instead_of_facts()):
        return clause
    composed = Composer(named.without_appositions(lexicon), lexicon, clauses).compose()
    if isinstance(composed, Question) and _vague(composed.form, named, lexicon):
        composed = Failure("ambiguous", (), choices(named, lexicon))
    if isinstance(composed, Question) and not _free(composed, named, clauses, lexicon):
        return _with_substitutes(composed, named, lexicon, clauses, search)
    if isinstance(composed, Failure) and _worked_out(named):
        return composed  # a clause that is found is no sum, and not all but one
    if not _told(named, lexicon) and not isinstance(composed, Question):
        asked = search.of_team()
        return asked if isinstance(asked, Question) else composed
    found = search.find()
    if isinstance(found, Question):
        return found
    plainly = _without_idle(named, lexicon, clauses)
    if plainly is not None or not isinstance(composed, Failure):
        return plainly or found
    return composed if composed.trouble == "no-such-entity" else found


def _with_substitutes(
    composed: Question, named: Mentions, lexicon: Lexicon, clauses: Clauses, search: Search
) -> Question:
    """What is composed, with what is asked in its place where it finds nothing."""
    if isinstance(composed.form, NotStated | Compare | Difference):
        return composed
    if _worked_out(named):
        return _without_idle(named, lexicon, clauses) or composed
    searched = search.find() if _told(named, lexicon) or named.amounts else None
    fits = isinstance(searched, Question) and _alike(composed, searched, named)
    found = searched if isinstance(searched, Question) and fits else None
    plain = _without_idle(named, lexicon, clauses)
    if plain is None:
        return replace(composed, instead=found)
    instead = replace(plain, instead=found)
    if any(not lexicon.is_code(item.values[0]) for item in named.entities):
        return instead  # who carries it out: the word says nothing more
    return replace(composed, instead=instead)


def _worked_out(named: Mentions) -> bool:
    """Whether the answer has to be worked out from several clauses, or leaves some of them out."""
    taken_away = any(item.negated for item in (*named.topics, *named.entities))
    return named.has("sum", "mean", "agree", "except") or taken_away


def _leaves_out(form: Form, named: Mentions, lexicon: Lexicon) -> bool:
    """Whether a clause that has the words would be the opposite of what is asked.

    Which teams do not mention it; but clauses may be asked for in words such as *without delay*.
    """
    clauses = isinstance(form, Select) and (
        form.members.kind in {*lexicon.provisions, lexicon.provision}
    )
    return bool(named.classes) and _worked_out(named) and (named.has("except") or not clauses)


def _alike(composed: Question, other: Question, named: Mentions) -> bool:
    """Whether clauses can stand in for what is composed: not where a class of them was named."""
    form, found = composed.form, other.form
    if not isinstance(form, Select) or not isinstance(found, Select) or not named.classes:
        return True
    named_so = any(form.members.kind in item.values and not item.loose for item in named.classes)
    told = named.topics or any(item.topics for item in named.entities)
    return not named_so or found.members.kind == form.members.kind or bool(told)


def _vague(form: Form, named: Mentions, lexicon: Lexicon) -> bool:
    """Whether all bodies there are would be the answer to a question that says more."""
    bodies = lexicon.kind("Body")
    whole = isinstance(form, Select) and form.members == Set(bodies)
    return whole and not named.topics and named.has("general") and not named.has("define")


def _without_idle(named: Mentions, lexicon: Lexicon, clauses: Clauses) -> Question | None:
    """What is composed where words that can be of general use are: the plan sets, carry out."""
    kept = tuple(item for item in named.topics if not named.idle(item.place))
    if kept == named.topics or not named.classes:
        return None
    rest = replace(named, topics=kept)
    composed = Composer(rest.without_appositions(lexicon), lexicon, clauses).compose()
    fits = isinstance(composed, Question) and not _free(composed, rest, clauses, lexicon)
    return composed if fits and isinstance(composed, Question) else None


def _in_spite(
    failure: Failure, named: Mentions, lexicon: Lexicon, clauses: Clauses, search: Search
) -> Parsed:
    """What can be answered though not every word is understood."""
    team = failure.kind == lexicon.kind("TalentTeam")
    if failure.trouble not in ("unknown-word", "no-such-entity") or team:
        return failure
    if named.facts and failure.trouble == "unknown-word":
        return Composer(named, lexicon, clauses).compose()  # the plan gives no such fact
    if any(named.asked_for(token) for token in named.unknown):
        return failure
    found = search.find() if named.topics else failure
    return found if isinstance(found, Question) else failure


def _told(named: Mentions, lexicon: Lexicon) -> bool:
    """Whether more is named than a team, so that clauses can be told by it."""
    if named.topics:
        return True
    team = lexicon.kind("TalentTeam")
    others = [
        item
        for item in named.entities
        if not all(lexicon.is_a(value, team) for value in item.values)
        and (item.topics or not all(map(lexicon.is_code, item.values)))
    ]
    return bool(others) and (len(named.entities) > 1 or any(item.topics for item in others))


def _free(composed: Question, named: Mentions, clauses: Clauses, lexicon: Lexicon) -> bool:
    """Whether a composed form is not what was meant, so that clauses are to be searched.

    So it is where nothing but topics was named, where people in general stand for a class, where
    a figure is told by topics that say little, and where the form finds nothing.
    """
    form = composed.form
    if all(named.tokens[item.place].quoted for item in named.topics):
        return False  # what is quoted is meant as it is written
    ranked = isinstance(form, Extreme) and len(form.members.related) > 1  # which of those named
    apart = isinstance(form, Compare | Difference | NotStated)
    if ranked or apart or _leaves_out(form, named, lexicon):
        return False
    if not named.classes or _subject(form, named, lexicon):
        return True
    figure = named.has("quantity", "people", "share")
    if figure and all(frozenset(item.values) <= clauses.light for item in named.topics):
        return True
    if not isinstance(form, Select):
        return False
    kind, schema = form.members.kind, lexicon.schema
    if kind != lexicon.provision and not any(schema.is_a(own, kind) for own in clauses.provisions):
        return False
    return not any(satisfies(clause, form.members, lexicon) for clause in clauses.all.values())


def _subject(form: Form, named: Mentions, lexicon: Lexicon) -> bool:
    """Whether the word for the class is rather one for what is spoken of."""
    asked = named.asked_class()[0]
    teams = lexicon.kind("TalentTeam")
    pointed = named.asked(asked.place)
    if asked.loose and teams in asked.values and not pointed:
        return True
    if asked.topics and named.topics:
        return True  # policy, service
    if not isinstance(form, Select) or form.members.kind != teams:
        return False
    # A team is no answer to whether something is done, nor to what a team is like.
    itself = all(lexicon.is_a(iri, teams) for iri in form.members.related)
    whole = itself and bool(form.members.related) and len(form.members.filters) == 1
    return whole or not (pointed or named.has("which"))


# --- accounting for every word ----------------------------------------------------------------


def _gate(named: Mentions, lexicon: Lexicon, clauses: Clauses) -> Failure | None:
    """Why the question cannot be put together, where a word stands in the way."""
    nearest = choices(named, lexicon)
    strange = tuple(token.text for token in named.unknown if _in_other_script(token.text))
    if strange:
        return Failure("out-of-scope", strange)
    if named.has("judgement"):
        return Failure("out-of-scope", named.texts("judgement"), nearest)
    if named.unknown:
        return _not_understood(named, lexicon, nearest)
    if late := words_of(named, lexicon):
        return Failure("no-report", late, nearest, asked=progress_of(named, lexicon, clauses))
    if named.has("help") and not named.anything:
        return Failure("help", (), nearest)
    cited = _figure_named(named)
    if not (named.anything or named.scopes or named.asks_who or named.has("agree") or cited):
        odd = named.texts("year", "progress")
        return Failure("out-of-scope", odd or tuple(token.text for token in named.tokens))
    return None


def _figure_named(named: Mentions) -> bool:
    """Whether a figure is all that is named, and what it is or stands is asked: what is 22.4%."""
    told = all(one.figure.unit or one.figure.bounds[0][1] >= _TELLING for one in named.amounts)
    return bool(named.amounts) and told and named.has("cite", "define", "which")


def _slight(token: Token, named: Mentions) -> bool:
    """Whether an unknown span says nothing, and is no part of the word beside it."""
    place = named.tokens.index(token)
    beside = named.tokens[max(0, place - 1) : place] + named.tokens[place + 1 : place + 2]
    return foreign(token.text) <= _SLIGHT and not any(
        other.of("topic") and (other.end == token.start or token.end == other.start)
        for other in beside
        if is_ideograph(token.text)
    )


def _in_other_script(text: str) -> bool:
    """Whether a text has letters that are neither Latin nor Chinese."""
    return any(
        c.isalpha() and not is_ideograph(c) and not unicodedata.name(c, "").startswith("LATIN")
        for c in text
    )


def _no_such_member(named: Mentions, lexicon: Lexicon, clauses: Clauses) -> Failure | None:
    """A topic that is said to be a team and is none: 旅游人才队伍, the finance team."""
    teams = lexicon.kind("TalentTeam")
    for item in named.classes:
        if item.loose or teams not in item.values or not item.place:
            continue
        before = named.tokens[item.place - 1]
        known = [iri for iri in before.of("entity", "clause") if not lexicon.is_code(iri)]
        # Of another place, or of another kind of fact: the Beijing team.
        names = bool(before.of("fact")) or (
            before.of("topic")
            and not clauses.subjects & {*before.of("topic")}
            and not known
            and not before.of("class", "word")
        )
        things = [e for e in named.entities if not lexicon.is_code(e.values[0])]
        if names and not any(e.place < item.place for e in things):
            first = item.place - 1
            while first and not named.tokens[first - 1].known and not named.tokens[first].parted:
                first -= 1
            text = "".join(token.text for token in named.tokens[first : item.place])
            if clauses.say(text + item.text) or clauses.say(f"{text} {item.text}"):
                continue
            return Failure("no-such-entity", (text,), choices(named, lexicon), teams)
    return None


def _not_understood(named: Mentions, lexicon: Lexicon, nearest: tuple[Form, ...]) -> Failure:
    spans = tuple(token.text for token in named.unknown)
    kind = _missing_kind(named, lexicon)
    if kind:
        return Failure("no-such-entity", spans, nearest, kind)
    if not named.anything:
        return Failure("out-of-scope", spans)
    return Failure("unknown-word", spans, nearest)


def _missing_kind(named: Mentions, lexicon: Lexicon) -> str:
    """The class of which an unknown name was said to be a member: 金融 + 人才队伍.

    Only where nothing else in the question is in doubt.
    """
    span = named.unknown[0]
    if len(named.unknown) > 1 or any(map(str.isdigit, span.text)):
        return ""
    place = named.tokens.index(span)
    asked = named.asked_class()[0] if named.classes else None
    for item in named.classes:
        if item.place != place + 1:
            continue
        if item is asked and (named.entities or len(named.classes) > 1):
            continue
        few = [kind for kind in item.values if len(lexicon.members(kind)) <= 20]
        if few:
            return few[0]
    teams = lexicon.kind("TalentTeam")
    other = any(lexicon.is_a(value, teams) for item in named.entities for value in item.values)
    return teams if not other and named.classes and _person(span.text, lexicon) else ""


def _person(word: str, lexicon: Lexicon) -> bool:
    """Whether an unknown word names a group of people, by how it ends."""
    word = word.strip().casefold()
    return " " not in word and any(
        len(word) > len(ending) and word.endswith(ending)
        for endings in lexicon.words.person_endings.values()
        for ending in endings
    )
