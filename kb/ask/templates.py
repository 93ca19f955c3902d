"""Templates of questions: patterns with slots in both languages, filled in by codes.

Each has at least one answer, and a slot offers a value only where the question has an answer
with it (of two slots, with some value of the other). Must not know which templates there are,
nor who shows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from itertools import product

from kb.ask.catalogue import Catalogue
from kb.ask.filling import MARK
from kb.ask.form import Compare, Form, NotStated
from kb.ask.lexicon import Lexicon
from kb.ask.offered import Offer, Offered
from kb.ask.schema import Rows
from kb.ask.skeletons import Hole, Skeleton, Skeletons
from kb.ask.sparql import Compiler
from kb.ask.verbalise import question
from kb.errors import InputError, UnknownName
from kb.text import Language, Text

_NAMES = {"amount": Text("数值", "amount"), "class": Text("类别", "class")}
_OTHER = "other-"
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Slot:
    """What a template leaves open.

    Args:
        name: in addresses.
        label: what it is.
        values: what it takes: codes and their labels.
    """

    name: str
    label: Text
    values: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of question.

    Args:
        name: in addresses; stays the same for as long as its classes have their names.
        pattern: the question with ``{slot}`` for each slot.
        slots: in the order in which they are asked for.
        form: its logical form, to read.
        sparql: the query of the example.
        example: the question filled in.
    """

    name: str
    pattern: Text
    slots: tuple[Slot, ...]
    form: str
    sparql: str
    example: Text


@dataclass(frozen=True, slots=True)
class _Made:
    template: Template
    skeleton: Skeleton
    form: Form  # of the example
    meant: dict[str, dict[str, tuple[str, ...]]]  # by slot and code


class Templates:
    """All templates over one graph; made when they are first asked for.

    Args:
        select: runs a SELECT query over the graph.
        compiler: writes the queries.
    """

    def __init__(self, select: Rows, compiler: Compiler) -> None:
        self.lexicon: Lexicon = compiler.lexicon
        self.skeletons = Skeletons(compiler.lexicon)
        self._compiler = compiler
        self._offered = Offered(select, compiler, self.skeletons)

    @cached_property
    def all(self) -> tuple[Template, ...]:
        """Every template that has an answer."""
        return tuple(made.template for made in self._made.values())

    def form(self, name: str, values: Mapping[str, str]) -> Form:
        """The logical form of a template with these values.

        Args:
            name: of the template.
            values: a code for each slot.

        Raises:
            UnknownName: no such template, or a slot has no such value; says which there are.
            InputError: a slot without a value, or a value for no slot.
        """
        made = self._made.get(name)
        if made is None:
            raise _no_template(name, tuple(self._made))
        for given in (*values, *made.meant):
            if given not in made.meant or given not in values:
                raise _no_slot(made.template, given, missing=given not in values)
        for slot in made.template.slots:
            if values[slot.name] not in made.meant[slot.name]:
                raise _no_value(slot, values[slot.name])
            if slot.name.startswith(_OTHER) and list(values.values()).count(values[slot.name]) > 1:
                raise _twice(slot, values[slot.name])
        return made.skeleton.filled({slot: made.meant[slot][code] for slot, code in values.items()})

    def examples(self, language: Language) -> Iterator[tuple[str, Form]]:
        """The example of each template, with its form."""
        for made in self._made.values():
            yield made.template.example.in_(language), made.form

    def forms(self) -> Iterator[tuple[str, Form]]:
        """Each template with each of its values, with the template's name.

        Of two slots only what has an answer whatever the other holds: comparisons side by
        side, and facts that are not stated.
        """
        for name, made in self._made.items():
            whatever = isinstance(made.skeleton.form, NotStated) or (
                isinstance(made.skeleton.form, Compare) and made.skeleton.form.manner == "beside"
            )
            if len(made.meant) > 1 and not whatever:
                continue
            for values in product(*(codes.values() for codes in made.meant.values())):
                if list(values) == sorted(set(values)) or not isinstance(made.form, Compare):
                    yield name, made.skeleton.filled(dict(zip(made.meant, values, strict=True)))

    @cached_property
    def _made(self) -> dict[str, _Made]:
        found = {}
        for name, skeleton in Catalogue(self.skeletons).all():
            offer = self._offered.of(skeleton)
            if offer is not None:
                found[name] = self._make(name, skeleton, offer)
        return found

    def _make(self, name: str, skeleton: Skeleton, offer: Offer) -> _Made:
        meant = {slot: self._coded(values) for slot, values in offer[0].items()}
        form = skeleton.filled(offer[1])
        slots = tuple(
            Slot(
                hole.name,
                self._label(hole),
                tuple((code, self._value(value)) for code, value in meant[hole.name].items()),
            )
            for hole in skeleton.holes
        )
        template = Template(
            name,
            self._said(skeleton.form),
            slots,
            notation(skeleton.form),
            self._offered.query(form),
            self._said(form),
        )
        return _Made(template, skeleton, form, meant)

    def _said(self, form: Form) -> Text:
        return Text(question(form, self.lexicon, "zh"), question(form, self.lexicon, "en"))

    def _label(self, hole: Hole) -> Text:
        if not hole.kind:
            return _NAMES[hole.name]
        label = self.lexicon.label(hole.kind)
        if hole.name.startswith(_OTHER):
            return Text(f"另一{label.zh}", f"another {label.en}")
        return label

    def _value(self, value: tuple[str, ...]) -> Text:
        if len(value) == 1:
            return self.lexicon.label(value[0])
        number, unit = value
        name = self.lexicon.label(unit)
        return Text(f"{number} {name.zh}", f"{number} {name.en}")

    def _coded(self, values: list[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Values by codes that are each one value's: as short as can be."""
        coded: dict[str, tuple[str, ...]] = {}
        shorts = [self._code(value, 1) for value in values]
        for value, short in zip(values, shorts, strict=True):
            coded[short if shorts.count(short) == 1 else self._code(value, 3)] = value
        return coded

    def _code(self, value: tuple[str, ...], steps: int) -> str:
        if len(value) == 2:
            return f"{value[0]}-{value[1].rsplit('/', 1)[-1]}"
        (iri,) = value
        notation_ = self.lexicon.things[iri].notation
        if steps == 1 and notation_:
            return notation_
        return "-".join(iri.replace("#", "/").rsplit("/", steps)[-steps:])


def notation(part: object) -> str:
    """A logical form as a text to read: the parts that say something, IRIs by their last names.

    >>> from kb.ask.form import Count, Related, Set
    >>> notation(Count(Set("https://x/ns#Measure", (Related(("?team",)),))))
    'Count(Set(Measure, Related(?team)))'
    """
    if isinstance(part, tuple):
        return ", ".join(notation(one) for one in part)
    if isinstance(part, str):
        return part if part.startswith(MARK) else part.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    if isinstance(part, bool):
        return "not"
    if not is_dataclass(part):
        return f"{part:.15g}" if isinstance(part, float) else str(part)
    values = (getattr(part, field.name) for field in fields(part))
    said = (notation(value) for value in values if value not in ((), None, False, "", 0))
    return f"{type(part).__name__}({', '.join(said)})"


# --- what cannot be filled in -----------------------------------------------------------------


def _no_template(name: str, known: tuple[str, ...]) -> UnknownName:
    return UnknownName(
        "template",
        Text(f"没有名为“{name[:_SHOWN]}”的问题模板", f"there is no template “{name[:_SHOWN]}”"),
        Text(f"模板有：{'、'.join(known)}", f"templates are: {', '.join(known)}"),
        template=name,
    )


def _no_slot(template: Template, slot: str, *, missing: bool) -> InputError:
    known = [one.name for one in template.slots]
    said = slot[:_SHOWN]
    message = (
        Text(f"模板 {template.name} 缺少 {said} 的值", f"{template.name} needs a value for {said}")
        if missing
        else Text(f"模板 {template.name} 没有空位 {said}", f"{template.name} has no slot {said}")
    )
    return InputError(
        "template-slot",
        message,
        Text(f"空位有：{'、'.join(known) or '无'}", f"its slots: {', '.join(known) or 'none'}"),
        template=template.name,
        slot=slot,
    )


def _no_value(slot: Slot, value: str) -> UnknownName:
    known = [code for code, _ in slot.values]
    return UnknownName(
        "template-value",
        Text(
            f"空位 {slot.name} 没有值“{value[:_SHOWN]}”",
            f"the slot {slot.name} takes no value “{value[:_SHOWN]}”",
        ),
        Text(f"可取的值：{'、'.join(known)}", f"its values: {', '.join(known)}"),
        slot=slot.name,
        value=value,
    )


def _twice(slot: Slot, value: str) -> InputError:
    return InputError(
        "template-twice",
        Text(f"“{value}”不能与自身比较", f"“{value}” cannot be compared with itself"),
        Text(f"空位 {slot.name} 请取另一个值", f"take another value for {slot.name}"),
        slot=slot.name,
        value=value,
    )
