"""Spans of the source: what every statement rests on, and whether the quotes are true.

Positions are Unicode code points (W3C Web Annotation, TextPositionSelector), the end
exclusive; a quote is exactly its slice. Must not know what the statements say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.errors import SourceProblem
from kb.plan.fault import Fault
from kb.plan.graph import PlanGraph
from kb.terms import OA
from kb.text import Text

#: No quote may be longer, in code points.
LONGEST_QUOTE = 40


@dataclass(frozen=True, order=True)
class Span:
    """A slice of a source text with its quote."""

    start: int
    end: int
    quote: str
    source: str
    iri: str

    def as_dict(self) -> dict[str, object]:
        """The form of evidence in JSON; ``source`` is the source's local name."""
        return {
            "source": self.source.rsplit("/", 1)[-1],
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
        }


@dataclass(frozen=True)
class Source:
    """What the graph says of a source: its IRI, the hash and length of its text."""

    iri: str
    sha256: str
    code_points: int
    quotes_sha256: str


def spans(graph: PlanGraph) -> list[Span]:
    """All spans of the graph that are whole, in the order of the source."""
    rows = graph.select(
        f"""SELECT ?span ?start ?end ?exact ?source WHERE {{
            ?span <{OA}start> ?start ; <{OA}end> ?end ; <{OA}exact> ?exact ;
                  <{graph.base}ns#inSource> ?source }}"""
    )
    return sorted(
        Span(int(row["start"]), int(row["end"]), row["exact"], row["source"], row["span"])
        for row in rows
    )


def sources(graph: PlanGraph) -> list[Source]:
    """The sources that the graph describes."""
    ns = graph.base + "ns#"
    rows = graph.select(
        f"""SELECT ?s ?sha ?n ?quotes WHERE {{
            ?s a <{ns}Source> ; <{ns}sha256> ?sha ; <{ns}codePoints> ?n .
            OPTIONAL {{ ?s <{ns}quotesSha256> ?quotes }} }} ORDER BY ?s"""
    )
    return [Source(row["s"], row["sha"], int(row["n"]), row.get("quotes", "")) for row in rows]


def digest(found: Iterable[Span]) -> str:
    """SHA-256 over all spans with their positions and quotes, in the order of the source.

    The same set always gives the same digest, and any change another one.
    """
    lines = sorted({f"{span.start} {span.end} {span.quote}\n" for span in found})
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_source(path: Path, expected: Source) -> str:
    """The text of a source, only if it is the one that the plan cites.

    Raises:
        SourceProblem: the file is missing or unreadable, or its hash differs.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceProblem(
            "source-missing",
            Text(
                zh=f"{path}：原文文件无法读取（{error.strerror}）",
                en=f"{path}: the file of the source cannot be read ({error.strerror})",
            ),
            Text(
                zh="在 PLANKB_SOURCE 或 --source 中给出原文文件；不给出则不核对引文",
                en="name the file in PLANKB_SOURCE or --source; without it quotes are "
                "not checked against the text",
            ),
            file=str(path),
        ) from error
    actual = hashlib.sha256(data).hexdigest()
    if actual != expected.sha256:
        raise SourceProblem(
            "source-differs",
            Text(
                zh=f"{path}：不是规划所引的原文：sha256 为 {actual}，应为 {expected.sha256}",
                en=f"{path}: is not the text that the plan cites: its sha256 is {actual}, "
                f"and should be {expected.sha256}",
            ),
            Text(
                zh="使用原来的文件（UTF-8，逐字节相同）",
                en="use the original file (UTF-8, byte for byte)",
            ),
            file=str(path),
        )
    return data.decode("utf-8")


def check_spans(graph: PlanGraph) -> Iterator[Fault]:
    """What is wrong with spans that can be seen without the text of the source."""
    found = spans(graph)
    for span in found:
        local = span.iri.rsplit("/", 1)[-1]
        if local != f"{span.start}-{span.end}" or len(span.quote) != span.end - span.start:
            yield _fault(
                graph,
                "span-shape",
                span,
                Text(
                    zh=f"片段 {local} 写为 {span.start}–{span.end}，"
                    f"引文却有 {len(span.quote)} 个字符",
                    en=f"span {local} says {span.start}–{span.end}, and its quote has "
                    f"{len(span.quote)} characters",
                ),
                Text(
                    zh="使名称、起止与引文一致；`plankb spans` 可重写",
                    en="make name, offsets and quote agree; `plankb spans` writes them anew",
                ),
            )
        if not 0 < len(span.quote) <= LONGEST_QUOTE:
            yield _fault(
                graph,
                "span-length",
                span,
                Text(
                    zh=f"引文有 {len(span.quote)} 个字符，应为 1 至 {LONGEST_QUOTE}",
                    en=f"the quote has {len(span.quote)} characters; 1 to {LONGEST_QUOTE} "
                    "are allowed",
                ),
                Text(zh="拆成几个片段", en="split it into several spans"),
            )
    for source in sources(graph):
        own = [span for span in found if span.source == source.iri]
        if digest(own) != source.quotes_sha256:
            yield Fault(
                "quotes-digest",
                source.iri,
                Text(
                    zh="引文与其摘要值不符：有片段被改动、增加或删除",
                    en="the quotes do not agree with their digest: a span was changed, added "
                    "or removed",
                ),
                Text(
                    zh="若改动是有意的，运行 `plankb spans --source 文件`",
                    en="if that was meant, run `plankb spans --source FILE`",
                ),
                graph.place_of(source.iri),
            )


def check_quotes(graph: PlanGraph, text: str, source: Source) -> Iterator[Fault]:
    """Every quote that is not exactly its slice of the text, with where it does stand."""
    for span in spans(graph):
        if span.source != source.iri:
            continue
        if text[span.start : span.end] == span.quote:
            if _cuts(text, span.start) or _cuts(text, span.end):
                yield _fault(
                    graph,
                    "number-cut",
                    span,
                    Text(
                        zh=f"引文“{span.quote}”把一个数字切断了",
                        en=f"the quote “{span.quote}” cuts a number in two",
                    ),
                    Text(
                        zh="把片段移到数字之外或包含整个数字",
                        en="take the whole number in, or none of it",
                    ),
                )
            continue
        where = text.find(span.quote)
        hint = (
            Text(
                zh=f"该引文位于 {where}–{where + len(span.quote)}",
                en=f"the quote stands at {where}–{where + len(span.quote)}",
            )
            if where >= 0
            else Text(
                zh="原文中没有这句话，请照录原文",
                en="the source has no such words; copy it verbatim",
            )
        )
        yield _fault(
            graph,
            "quote-differs",
            span,
            Text(
                zh=f"引文“{span.quote}”不是原文 {span.start}–{span.end} 的文字"
                f"“{text[span.start : span.end][:LONGEST_QUOTE]}”",
                en=f"the quote “{span.quote}” is not what the source has at "
                f"{span.start}–{span.end}: “{text[span.start : span.end][:LONGEST_QUOTE]}”",
            ),
            hint,
        )


def _cuts(text: str, position: int) -> bool:
    """Whether a position stands inside a number: 2|5, 3.|56."""
    around = text[max(0, position - 1) : position + 1]
    return len(around) == 2 and around[0] in "0123456789." and around[1] in "0123456789"


def check_coverage(graph: PlanGraph, text: str, source: Source) -> Iterator[Fault]:
    """Letters and digits of the source that no statement cites and no range explains."""
    ns = graph.base + "ns#"
    covered = bytearray(len(text))
    used = {
        row["span"]
        for row in graph.select(f"SELECT DISTINCT ?span WHERE {{ ?s <{ns}evidence> ?span }}")
    }
    ranges = graph.select(
        f"""SELECT ?start ?end WHERE {{ ?r a <{ns}NonFactualRange> ; <{ns}inSource> <{source.iri}> ;
            <{OA}start> ?start ; <{OA}end> ?end }}"""
    )
    pieces = [(span.start, span.end) for span in spans(graph) if span.iri in used]
    pieces += [(int(row["start"]), int(row["end"])) for row in ranges]
    for first, last in pieces:
        covered[first:last] = b"\1" * (min(last, len(text)) - first)
    start: int | None = None
    for position in range(len(text) + 1):
        open_here = position < len(text) and not covered[position] and text[position].isalnum()
        if open_here and start is None:
            start = position
        elif not open_here and start is not None:
            words = text[start:position][:LONGEST_QUOTE]
            yield Fault(
                "uncited",
                source.iri,
                Text(
                    zh=f"原文 {start}–{position} 的“{words}”没有陈述引用，也未声明为非事实区段",
                    en=f"{start}–{position} of the source, “{words}”, is cited by no "
                    "statement and declared to state no fact by no range",
                ),
                Text(
                    zh="为它补上陈述，或在 source.ttl 中声明并说明理由",
                    en="add the statement, or declare the range in source.ttl with its reason",
                ),
            )
            start = None


def write_spans(
    mentioned: Iterable[tuple[int, int]], text: str, source: str, plan_base: str, ns: str
) -> str:
    """The content of ``spans.ttl``: one line for each span that the other files mention.

    Args:
        mentioned: start and end of each span, in code points.
        text: the source's text.
        source: the source's IRI.
        plan_base: IRI prefix of the plan's resources, ending with ``/``.
        ns: IRI of the vocabulary.

    >>> written = write_spans([(0, 2)], "举措", "http://x/source/a", "http://x/", "http://x/ns#")
    >>> written.splitlines()[-1].partition(" ; oa:exact ")[2]
    '"举措" ; :inSource source:a .'
    """
    found = [
        Span(start, end, text[start:end], source, f"{plan_base}span/{start}-{end}")
        for start, end in sorted(set(mentioned))
    ]
    local = source.rsplit("/", 1)[-1]
    lines = [
        "# The quotes of the plan: every span that a statement rests on, in the order of the",
        "# source. `plankb spans --source FILE` writes this file from the spans that the other",
        "# files mention; do not edit it by hand.",
        f"@prefix : <{ns}> .",
        f"@prefix oa: <{OA}> .",
        f"@prefix source: <{source.removesuffix(local)}> .",
        f"@prefix span: <{plan_base}span/> .",
        "",
        f'source:{local} :quotesSha256 "{digest(found)}" .',
        "",
    ]
    for span in found:
        quote = span.quote.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        lines.append(
            f"span:{span.start}-{span.end} a oa:TextPositionSelector , oa:TextQuoteSelector ; "
            f'oa:start {span.start} ; oa:end {span.end} ; oa:exact "{quote}" ; '
            f":inSource source:{local} ."
        )
    return "\n".join(lines) + "\n"


def _fault(graph: PlanGraph, check: str, span: Span, message: Text, hint: Text) -> Fault:
    return Fault(check, span.iri, message, hint, graph.place_of(span.iri))
