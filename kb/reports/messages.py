"""The messages of rules with what their queries found: names, figures and units in each language.

``{?name}`` is SHACL's notation (section 5.3.2); an IRI stands for its label. Must not know rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from kb.plan.graph import PlanGraph
from kb.terms import SKOS
from kb.text import Language, Text

_SLOT = re.compile(r"\{\?(\w+)\}")
#: A figure with its unit, so that the unit can agree with the number.
_AMOUNT = re.compile(r"\{\?(\w+)\} ?\{\?unit\}")
#: More decimals than this come from a division, and nobody wrote them.
_DECIMALS = 4


class Messages:
    """Puts messages together, for one revision of the plan.

    Args:
        plan: gives the labels, and how units are written.
    """

    def __init__(self, plan: PlanGraph) -> None:
        ns = plan.base + "ns#"
        labels: dict[str, dict[str, str]] = {}
        for row in plan.select(
            f"""SELECT ?x ?label (LANG(?label) AS ?language) WHERE {{
                ?x <{SKOS}prefLabel> ?label . {{ ?x a <{ns}Unit> }} UNION {{ ?x a <{ns}Body> }}
                UNION {{ ?x a <{ns}TalentTeam> }} UNION {{ ?x a <{ns}Plan> }}
                UNION {{ ?x <{ns}measureKind> ?kind }} }}"""
        ):
            labels.setdefault(row["x"], {})[row["language"]] = row["label"]
        self._labels = {
            iri: Text(zh=found.get("zh", iri), en=found.get("en", iri))
            for iri, found in labels.items()
        }
        self._signs: dict[str, str] = {}
        for row in plan.select(
            f"SELECT ?u ?s WHERE {{ ?u a <{ns}Unit> ; <{ns}symbol> ?s }} ORDER BY ?u ?s"
        ):
            sign, known = row["s"], self._signs.get(row["u"])
            # Of several the shortest in Chinese: 人 before 名 and person.
            if known is None or _rank(sign) < _rank(known):
                self._signs[row["u"]] = sign

    def fill(self, text: Text, found: Mapping[str, str]) -> Text:
        """A message with what was found; what was not bound shows as a dash."""
        return Text(zh=self._filled(text.zh, found, "zh"), en=self._filled(text.en, found, "en"))

    def _filled(self, text: str, found: Mapping[str, str], language: Language) -> str:
        unit = found.get("unit", "")
        if language == "en" and unit:
            text = _AMOUNT.sub(
                lambda slot: self._amount(found.get(slot[1], "–"), unit, slot[1]), text
            )
        return _SLOT.sub(lambda slot: self._shown(found.get(slot[1], "–"), slot[1], language), text)

    def _amount(self, value: str, unit: str, name: str) -> str:
        label = self._labels.get(unit, Text(unit, unit)).en
        shown = self._shown(value, name, "en")
        if label == "percent":
            return f"{shown}%"
        one = shown == "1"
        return f"{shown} {label if one else label + ('es' if label.endswith('s') else 's')}"

    def _shown(self, value: str, name: str, language: Language) -> str:
        if value in self._signs and name == "unit":
            return self._signs[value] if language == "zh" else self._labels[value].en
        if value in self._labels:
            return self._labels[value].in_(language)
        # The year and what was written are no amounts.
        return number(value) if name not in ("year", "from", "to", "base") else value

    def label(self, iri: str) -> Text:
        """A thing's label; its IRI where it has none."""
        return self._labels.get(iri, Text(zh=iri, en=iri))


def number(text: str) -> str:
    """A number in its shortest form; any other text as it is.

    >>> number("31250.000000"), number("33.3333333333"), number("3.56万")
    ('31250', '33.3333', '3.56万')
    """
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]*)?", text):
        return text
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _DECIMALS:
        value = round(value, _DECIMALS)
    shown = format(value, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _rank(sign: str) -> tuple[bool, int, str]:
    return sign.isascii() and sign != "%", len(sign), sign
