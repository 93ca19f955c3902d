"""Which representation a client wants, by the q-values of ``Accept`` and ``Accept-Encoding``.

Follows RFC 9110, section 12.5: the most specific range that matches a type says its quality,
and a quality of 0 excludes it. Must not know what is offered, nor to whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_RANGE = re.compile(rf"({_NAME})/({_NAME})")
_CODING = re.compile(_NAME)
_WEIGHT = re.compile(r"[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
#: Parts of a list, and parameters of one part; a comma in quotes divides nothing.
_PARTS = re.compile(r"(?:[^,\"]|\"(?:[^\"\\]|\\.)*\"?)+")
_PARAMETERS = re.compile(r"(?:[^;\"]|\"(?:[^\"\\]|\\.)*\"?)+")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a client takes.

    Args:
        weights: quality by media range in lower case (``text/*``, ``text/csv``), or by
            content coding; without parameters, as none of our types differs by one.
    """

    weights: tuple[tuple[str, float], ...]

    def quality(self, name: str) -> float:
        """How much the client wants a media type or coding; 0 where it does not take it.

        >>> accepted("text/*;q=0.5, text/csv;q=0, */*;q=0.1").quality("text/csv")
        0.0
        """
        if not self.weights:
            return 1.0
        known = dict(self.weights)
        major = name.partition("/")[0]
        ranges = (name, f"{major}/*", "*/*") if "/" in name else (name, "*")
        return next((known[wanted] for wanted in ranges if wanted in known), 0.0)

    def named(self, name: str) -> float:
        """How much the client wants a type that it names itself; a wildcard does not count."""
        return dict(self.weights).get(name, 0.0)


@lru_cache(maxsize=256)
def accepted(header: str | None) -> Accepted:
    """What an ``Accept`` header says; everything, where there is none or it says nothing."""
    return Accepted(_weights(header, _RANGE))


@lru_cache(maxsize=256)
def takes_gzip(header: str | None) -> bool:
    """Whether ``Accept-Encoding`` asks for gzip, and not rather for no coding at all.

    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("identity, gzip;q=0.5"), takes_gzip(None)
    (True, False, False)
    """
    coding = Accepted(_weights(header, _CODING))
    if not coding.weights:
        return False
    # The old name of the same coding.
    gzip = max(coding.quality("gzip"), coding.named("x-gzip"))
    # No coding is acceptable unless excluded; unnamed, it is the last choice.
    return gzip > 0 and gzip >= coding.named("identity")


def best(offers: Iterable[Sequence[str]], header: str | None) -> int | None:
    """The place of the offer that the client wants most; of equals the first.

    Args:
        offers: for each its media type, then further names of it that count only where the
            client uses them: ``application/json`` asks for SPARQL results in JSON too.
        header: ``Accept``.

    Returns:
        None where the client takes none of them.

    >>> best([["application/sparql-results+json", "application/json"], ["text/csv"]], "text/*")
    1
    """
    taken = accepted(header)
    found, quality = None, 0.0
    for place, (name, *others) in enumerate(offers):
        own = max([taken.quality(name), *map(taken.named, others)])
        if own > quality:
            found, quality = place, own
    return found


def _weights(header: str | None, kind: re.Pattern[str]) -> tuple[tuple[str, float], ...]:
    """Names with their weights; a part that is malformed says nothing."""
    weights: dict[str, float] = {}
    for part in _PARTS.findall(header or ""):
        name, *parameters = [piece.strip() for piece in _PARAMETERS.findall(part)] or [""]
        weight = 1.0
        for parameter in parameters:
            if parameter[:1] in "qQ" and parameter[1:].lstrip().startswith("="):
                match = _WEIGHT.fullmatch(parameter)
                weight = float(match[1]) if match else -1.0
        if kind.fullmatch(name) and weight >= 0:
            # Named twice, with two parameters for example: the client takes the better one.
            weights[name.lower()] = max(weight, weights.get(name.lower(), 0.0))
    return tuple(weights.items())
