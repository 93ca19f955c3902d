"""The operator's own assignments of teams to responsible bodies, over the editorial ones.

The article makes no body responsible; the editors give the customary one. An operator who
knows the real one says so in a CSV or Turtle file, which wins for the teams it names.
Must not know what an answer makes of it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from pathlib import Path

import pyoxigraph as ox

from kb.errors import FileProblem
from kb.plan import knowledge
from kb.plan.loading import graph_iri, parse
from kb.terms import DCTERMS, RDF, SKOS
from kb.text import Text

COLUMNS = ("team", "body_zh", "body_en", "source")
_TYPE = ox.NamedNode(RDF + "type")


def apply(quads: list[ox.Quad], path: Path, base: str) -> list[ox.Quad]:
    """The quads with the overlay's assignments in place of the editorial ones.

    Args:
        quads: the knowledge as loaded.
        path: ``.csv`` with the columns team, body_zh, body_en, source; or ``.ttl`` with
            ``:Involvement`` resources (``:role`` responsible, ``:involvedIn`` a team,
            ``:body`` a labelled ``:Body``, ``dcterms:source``).
        base: base IRI in force.

    Raises:
        FileProblem: the file cannot be read, a column or team is unknown, or something
            that an assignment needs is missing; with file and line.
    """
    teams = _teams(quads, base)
    if path.suffix.lower() == ".csv":
        added = _from_csv(path, teams, base)
    elif path.suffix.lower() == ".ttl":
        added = _from_turtle(path, teams, base)
    else:
        raise _problem(
            path,
            None,
            Text(zh="应为 .csv 或 .ttl 文件", en="should be a .csv or .ttl file"),
            Text(zh="改用其中一种格式", en="use one of the two formats"),
        )
    involved_in = ox.NamedNode(base + "ns#involvedIn")
    assigned = {quad.object for quad in added if quad.predicate == involved_in}
    replaced = _editorial_assignments(quads, assigned, base)
    kept = [quad for quad in quads if quad.subject not in replaced]
    present = {quad.triple for quad in kept}
    return kept + [quad for quad in added if quad.triple not in present]


def _problem(path: Path, line: int | None, what: Text, todo: Text) -> FileProblem:
    at = f"{path}:{line}" if line else str(path)
    return FileProblem(
        "overlay",
        Text(zh=f"{at}：{what.zh}", en=f"{at}: {what.en}"),
        todo,
        file=str(path),
        line=line,
    )


def _teams(quads: list[ox.Quad], base: str) -> dict[str, ox.NamedNode]:
    """Team IRIs by code and by every label."""
    kinds = {ox.NamedNode(base + "ns#TalentTeam"), ox.NamedNode(base + "ns#KeyFieldTeam")}
    members = {q.subject for q in quads if q.predicate == _TYPE and q.object in kinds}
    names = {SKOS + "notation", SKOS + "prefLabel", SKOS + "altLabel"}
    return {
        quad.object.value: quad.subject
        for quad in quads
        if quad.subject in members
        and isinstance(quad.subject, ox.NamedNode)
        and quad.predicate.value in names
        and isinstance(quad.object, ox.Literal)
    }


def _editorial_assignments(
    quads: list[ox.Quad], teams: Collection[object], base: str
) -> set[object]:
    ns = base + "ns#"
    responsible = ox.NamedNode(base + "scheme/role/responsible")
    about = {
        q.subject for q in quads if q.predicate.value == ns + "involvedIn" and q.object in teams
    }
    return {
        q.subject
        for q in quads
        if q.subject in about and q.predicate.value == ns + "role" and q.object == responsible
    }


def _from_csv(path: Path, teams: dict[str, ox.NamedNode], base: str) -> list[ox.Quad]:
    rows = csv.DictReader(io.StringIO(knowledge.read_text(path)))
    headings = [heading.strip() for heading in rows.fieldnames or []]
    rows.fieldnames = headings
    if sorted(headings) != sorted(COLUMNS):
        raise _problem(
            path,
            1,
            Text(
                zh=f"列为 {'、'.join(headings) or '（空）'}，应为 {'、'.join(COLUMNS)}",
                en=f"has the columns {', '.join(headings) or '(none)'}, "
                f"and should have {', '.join(COLUMNS)}",
            ),
            Text(zh="改正第一行的列名", en="correct the headings in the first line"),
        )
    quads: list[ox.Quad] = []
    for row in rows:
        values = {column: (row[column] or "").strip() for column in COLUMNS}
        missing = [column for column, value in values.items() if not value]
        if missing or None in row:
            raise _problem(
                path,
                rows.line_num,
                Text(
                    zh=f"缺少 {'、'.join(missing) or '正确的列数'}",
                    en=f"lacks {', '.join(missing) or 'the right number of columns'}",
                ),
                Text(zh="补全这一行", en="complete the line"),
            )
        team = teams.get(values["team"])
        if team is None:
            raise _unknown_team(path, rows.line_num, values["team"], teams)
        quads += _assignment(path, team, values, base)
    return quads


def _assignment(path: Path, team: ox.NamedNode, values: dict[str, str], base: str) -> list[ox.Quad]:
    ns = base + "ns#"
    plan = team.value.removeprefix(base + "id/").split("/", maxsplit=1)[0]
    code = team.value.rsplit("/", 1)[-1]
    slug = re.sub(r"[^a-z0-9]+", "-", values["body_en"].lower()).strip("-") or "body"
    body = ox.NamedNode(f"{base}id/{plan}/operator/body/{slug}")
    link = ox.NamedNode(f"{base}id/{plan}/operator/involvement/{code}-{slug}")
    graph = graph_iri(base, plan, "external")
    source = ox.Literal(f"{path.name}: {values['source']}")

    def quads(
        subject: ox.NamedNode, pairs: list[tuple[str, ox.NamedNode | ox.Literal]]
    ) -> list[ox.Quad]:
        return [ox.Quad(subject, ox.NamedNode(p), o, graph) for p, o in pairs]

    labels = [(values["body_zh"], "zh"), (values["body_en"], "en")]
    return quads(
        body,
        [
            (RDF + "type", ox.NamedNode(ns + "Body")),
            *((SKOS + "prefLabel", ox.Literal(text, language=lang)) for text, lang in labels),
            (ns + "generic", ox.Literal(False)),
            (DCTERMS + "source", source),
        ],
    ) + quads(
        link,
        [
            (RDF + "type", ox.NamedNode(ns + "Involvement")),
            (
                SKOS + "prefLabel",
                ox.Literal(f"{values['body_zh']}负责（运行方提供）", language="zh"),
            ),
            (
                SKOS + "prefLabel",
                ox.Literal(
                    f"{values['body_en']} is responsible (given by the operator)", language="en"
                ),
            ),
            (ns + "body", body),
            (ns + "involvedIn", team),
            (ns + "role", ox.NamedNode(base + "scheme/role/responsible")),
            (DCTERMS + "source", source),
        ],
    )


def _from_turtle(path: Path, teams: dict[str, ox.NamedNode], base: str) -> list[ox.Quad]:
    file = parse(path, base)
    ns = base + "ns#"
    by_subject: dict[ox.NamedNode, dict[str, list[object]]] = {}
    for triple in file.triples:
        if isinstance(triple.subject, ox.NamedNode):
            by_subject.setdefault(triple.subject, {}).setdefault(triple.predicate.value, []).append(
                triple.object
            )
    known = set(teams.values())
    plan = ""
    links = [
        s
        for s, d in by_subject.items()
        if ox.NamedNode(ns + "Involvement") in d.get(_TYPE.value, [])
    ]
    if not links:
        raise _problem(
            path,
            None,
            Text(zh="没有 :Involvement", en="holds no :Involvement"),
            Text(zh="参照 docs/operating.md 的例子", en="follow the example in docs/operating.md"),
        )
    for link in links:
        line = file.line_of(link.value)
        described = by_subject[link]
        for need in (ns + "body", ns + "involvedIn", ns + "role", DCTERMS + "source"):
            if need not in described:
                raise _problem(
                    path,
                    line,
                    Text(zh=f"{link.value} 缺少 {need}", en=f"{link.value} lacks {need}"),
                    Text(zh="补上这一项", en="add it"),
                )
        for team in described[ns + "involvedIn"]:
            if not isinstance(team, ox.NamedNode) or team not in known:
                raise _unknown_team(path, line, str(team), teams)
            plan = team.value.removeprefix(base + "id/").split("/", maxsplit=1)[0]
    graph = graph_iri(base, plan, "external")
    return [ox.Quad(t.subject, t.predicate, t.object, graph) for t in file.triples]


def _unknown_team(
    path: Path, line: int | None, name: str, teams: dict[str, ox.NamedNode]
) -> FileProblem:
    # A team's code is the last segment of its IRI.
    codes = ", ".join(sorted({iri.value.rsplit("/", 1)[-1] for iri in teams.values()}))
    return _problem(
        path,
        line,
        Text(zh=f"没有名为“{name}”的队伍", en=f"there is no team “{name}”"),
        Text(
            zh=f"队伍代码见 `plankb codes teams`：{codes}",
            en=f"`plankb codes teams` lists them: {codes}",
        ),
    )
