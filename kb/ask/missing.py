"""Facts that plans usually give and this one does not: what was searched for, what stands in.

Must not know words, nor how the answer is shown.
"""

from __future__ import annotations

from collections.abc import Iterable

from kb.ask.form import NotStated
from kb.ask.lexicon import Lexicon
from kb.ask.rows import STATUSES, Row, RowReader, status_of
from kb.ask.schema import Rows
from kb.ask.sparql import STAND_INS, Compiler
from kb.text import Text


class MissingFacts:
    """Answers questions about missing facts over one graph.

    Args:
        select: runs a SELECT query.
        compiler: writes the queries.
        reader: reads rows.
    """

    def __init__(self, select: Rows, compiler: Compiler, reader: RowReader) -> None:
        self._select = select
        self._compiler = compiler
        self._reader = reader
        self._lexicon: Lexicon = compiler.lexicon

    def rows(self, query: str) -> list[Row]:
        """What the editors, or the operator, give in place of the missing fact."""
        found = [row for row in self._select(query) if "item" in row and "link" in row]
        bodies = self._reader.described(row["item"] for row in found)
        links = self._link_status(row["link"] for row in found)
        rows = []
        for row in found:
            body = bodies.get(row["item"])
            team = self._lexicon.things.get(row.get("team", ""))
            if body is None:
                continue
            status = max(body.status, links.get(row["link"], "editorial"), key=STATUSES.index)
            rows.append(
                Row(
                    body.iri,
                    body.type,
                    body.label,
                    team.notation if team else "",
                    status,
                    role=STAND_INS["lead-body"],
                )
            )
        return rows

    def implied(self, query: str) -> list[Row]:
        """Figures of the missing kind that follow from the plan's own figures.

        Args:
            query: of :meth:`Compiler.implied`.
        """
        return list(self._reader.described(row["item"] for row in self._select(query)).values())

    def derived_text(self, form: NotStated, rows: list[Row]) -> Text:
        """That the source does not say it, and what it comes to by the plan's own figures."""
        text = self.text(form, [])
        zh = "；".join(f"{row.label.zh}（{row.formula}）" for row in rows)
        en = "; ".join(f"{row.label.en} ({row.formula})" for row in rows)
        return Text(
            f"由规划自己的数字推算：{zh}。{text.zh}",
            f"By the plan's own figures: {en}. {text.en}",
        )

    def text(self, form: NotStated, rows: list[Row]) -> Text:
        """That the source does not say it, what was searched for, and what stands in."""
        kinds = [self._lexicon.label(kind) for kind in form.kinds]
        zh, en = "、".join(k.zh for k in kinds), " and ".join(k.en for k in kinds)
        words = self._searched(form)
        searched_zh = "、".join(f"“{word}”{hits} 次" for word, hits in words)
        searched_en = ", ".join(f"{word} ({hits})" for word, hits in words)
        whom = [self._lexicon.label(iri) for iri in form.about]
        about_zh = f"（{'、'.join(label.zh for label in whom)}）" if whom else ""
        about_en = f" ({', '.join(label.en for label in whom)})" if whom else ""
        text_zh = f"原文没有说明{zh}{about_zh}。"
        text_en = f"The source does not say: {en}{about_en}."
        if words:
            text_zh += f"检索的词和命中数：{searched_zh}。"
            text_en += f" Words searched for, with hits: {searched_en}."
        if rows:
            editorial = all(row.status == "editorial" for row in rows)
            names_zh = "；".join(dict.fromkeys(row.label.zh for row in rows))
            names_en = "; ".join(dict.fromkeys(row.label.en for row in rows))
            text_zh += f"{'按惯例（编辑推定）' if editorial else '运行方给出'}：{names_zh}。"
            custom = "By custom, as the editors have it and not the plan"
            text_en += f" {custom if editorial else 'Given by the operator'}: {names_en}."
        return Text(text_zh, text_en)

    def gap_known(self, form: NotStated) -> bool:
        """Whether the graph records that the fact is missing."""
        return bool(self._gap_rows(form))

    def _searched(self, form: NotStated) -> list[tuple[str, str]]:
        found = {row["word"]: row.get("hits", "0") for row in self._gap_rows(form)}
        return sorted(found.items())

    def _gap_rows(self, form: NotStated) -> list[dict[str, str]]:
        """The gaps about what was asked; those about the whole plan hold for each part."""
        teams = self._compiler.teams(form)
        rows = self._select(self._compiler.gaps(form))
        plan_wide = [row for row in rows if row["about"] in self._lexicon.scope]
        return plan_wide + [
            row
            for row in rows
            if row["about"] not in self._lexicon.scope and (not teams or row["about"] in teams)
        ]

    def _link_status(self, links: Iterable[str]) -> dict[str, str]:
        wanted = " ".join(f"<{iri}>" for iri in links)
        if not wanted:
            return {}
        role = f"<{self._lexicon.schema.ns}role>"
        rows = self._select(
            f"SELECT ?link ?g WHERE {{ VALUES ?link {{ {wanted} }} "
            f"GRAPH ?g {{ ?link {role} ?r }} }}"
        )
        return {row["link"]: status_of(row["g"]) for row in rows}
