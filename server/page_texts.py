"""Every sentence of the pages on the plan, in both languages. Must not know templates or routes."""

from __future__ import annotations

from kb.text import Text
from server.picture_texts import PICTURES

PAGES = {
    "views": Text("表与图", "Tables and pictures"),
    "views-about": Text(
        "规划的全貌：每张图都有同样数字的表，每张表都能下载，并能在编辑器中打开它的查询。",
        "The plan at large. Every picture has its table with the same numbers; every table can be "
        "taken home, and its query opens in the editor.",
    ),
    "open-query": Text("在编辑器中打开查询", "Open the query in the editor"),
    "take-home": Text("下载", "Download"),
    "clause": Text("原文", "Source says"),
    "nothing": Text("没有记录。", "Nothing is recorded."),
    "rows": Text("行", "rows"),
    "picture": Text("图", "Picture"),
    "table": Text("表", "Table"),
    "glance": Text("规划一览", "The plan at a glance"),
    "review": Text("自查", "Self-audit"),
    "review-about": Text(
        "规划自身的算术、缺口和原文的不规则之处。每条都写出算式和所依据的语句；这里不修改原文。",
        "What the plan's own arithmetic says, what it leaves out, and what is irregular in its "
        "source. Each finding shows its working and its clauses; the source stays as it is.",
    ),
    "none-found": Text("没有发现。", "Nothing found."),
    "all-statements": Text("全部陈述", "All statements"),
    "cite": Text("如何引用", "How to cite"),
    "for-researchers": Text("研究者", "Researchers"),
    "for-researchers-about": Text(
        "提问、对照、引用：每个答案都附原文语句。",
        "Ask, compare and cite: every answer has its clauses.",
    ),
    "for-consumers": Text("程序与笔记本", "Programs and notebooks"),
    "for-consumers-about": Text(
        "标准 SPARQL 1.1 端点，随时可用。", "A standard SPARQL 1.1 endpoint that stays up."
    ),
    "for-auditors": Text("审核者", "Auditors"),
    "for-auditors-about": Text(
        "规划自查：算式、缺口、异常。", "The plan's self-audit: sums, gaps and irregularities."
    ),
    "search": Text("查找", "Search"),
    "search-about": Text(
        "按名称、代码或拼音查找队伍、目标、举措、单位等。",
        "Find teams, targets, measures, bodies and more by name, code or pinyin.",
    ),
    "search-none": Text("没有找到", "Nothing was found for"),
    "search-hint": Text(
        "换一个更短的词，或到首页提问。", "Try a shorter word, or ask on the home page."
    ),
    "questions": Text("能力问题", "Competency questions"),
    "questions-about": Text(
        "知识库必须能回答的问题；每个都可在编辑器中运行、修改。",
        "Questions that the knowledge base must answer; each can be run and changed in the editor.",
    ),
    "run": Text("运行", "Run"),
    "editor": Text("编辑", "Edit"),
    "read-along": Text("对照阅读", "Reading along"),
    "read-along-gaps": Text(
        "运行方没有提供原文全文，这里只有被引用的语句，“…”处原文略去。",
        "The operator has not supplied the text, so only the clauses are here; “…” stands for the "
        "rest.",
    ),
    "explore": Text("关系图", "Links"),
    "all": Text("全部", "all"),
    "class": Text("类型", "Class"),
    "show": Text("显示", "Show"),
    "its-page": Text("它的页面", "Its page"),
    "left-out": Text("图中未画出（见表）", "Not drawn (see the table)"),
    "linked": Text("相关", "Linked to"),
    "manual": Text("接口说明", "HTTP interface"),
    "manual-about": Text(
        "每条路径、参数与应答，出自同一份 OpenAPI 3.1 文档：",
        "Every route with its parameters and answers, from the OpenAPI 3.1 document:",
    ),
    "parameter": Text("参数", "Parameter"),
    "parameters": Text("参数", "Parameters"),
    "meaning": Text("含义", "Meaning"),
    "values": Text("取值", "Values"),
    "why": Text("为什么", "Why"),
    "why-about": Text(
        "每条陈述的依据：原文语句、派生规则及其输入、编者的理由，或外部来源。",
        "What each statement stands on: clauses of the source, a rule and its inputs, the editors' "
        "reason, or an outside source.",
    ),
    "by-rule": Text("派生规则：", "Derived by the rule"),
    "from": Text("所用的事实：", "From these facts:"),
    "outside": Text("外部来源：", "Outside source:"),
    **PICTURES,
}
