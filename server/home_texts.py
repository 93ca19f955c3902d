"""Every sentence of the first page and the page on taking data home, in both languages.

Must not know templates or routes.
"""

from __future__ import annotations

from kb.text import Text

PAGE = {
    "title": Text("这份规划说了什么", "What the plan says"),
    "what": Text(
        "江津区“6+4”人才队伍发展规划的知识库：目标、举措、机制、单位，每一条都附所依据的原文，"
        "各单位报来的数字也逐格对照规划审核。",
        "A knowledge base of Jiangjin district's “6+4” talent plan: its targets, measures, "
        "mechanisms and bodies, each with the clause that it rests on, and the figures that "
        "departments report, audited against it.",
    ),
    "source-is": Text(
        "来源是一篇报纸对规划的摘要，不是规划原文；摘要没有说的，这里就说没有说。",
        "The source is a newspaper's summary of the plan and not the plan itself; what the summary "
        "does not say is said to be missing.",
    ),
    "box": Text("问题或名称", "A question or a name"),
    "box-hint": Text(
        "例如：谁负责农村人才？或：津鹰", "For example: who trains farmers? or: craftsman"
    ),
    "find": Text("提问或查找", "Ask or find"),
    "examples": Text("可以这样问", "For example"),
    "all-templates": Text("全部问法", "Everything that can be asked"),
    "glance-plan": Text("规划总体：五年", "The plan as a whole: five years"),
    "other-aims": Text("没有数字的总目标", "Headline aims without a number"),
    "ten-teams": Text("十支队伍及其主要目标", "Ten teams and their headline targets"),
    "more": Text("另有 {n} 项", "{n} more"),
    "progress": Text("进展", "Progress"),
    "no-progress": Text(
        "还没有已接受的填报，所以没有进展可说。",
        "No report has been accepted yet, so there is no progress to tell.",
    ),
    "state": Text("审核近况", "How auditing stands"),
    "no-audit": Text("还没有收到填报。", "Nothing has been handed in yet."),
    "handed-in": Text("收到 {n} 份填报，{waiting} 份待审核。", "{n} handed in, {waiting} waiting."),
    "newest": Text("最新一份", "The newest"),
    "violations": Text("错误", "violations"),
    "warnings": Text("警告", "warnings"),
    "plan-audit": Text("规划自查", "The plan's self-audit"),
    "check-report": Text("检查或提交报表", "Check or hand in a report"),
    "for-you": Text("从哪里开始", "Where to begin"),
    "researchers": Text("研究者", "Researchers"),
    "researchers-about": Text(
        "提问、对照、引用；表、图和数据都可带走。",
        "Ask, compare and cite; take tables, pictures and data home.",
    ),
    "consumers": Text("程序与笔记本", "Programs and notebooks"),
    "consumers-about": Text(
        "标准的 SPARQL 1.1 端点、JSON 接口，和整份数据。",
        "A standard SPARQL 1.1 endpoint, JSON interfaces, and the whole of the data.",
    ),
    "auditors": Text("审核者", "Auditors"),
    "auditors-about": Text(
        "逐格审核各单位的填报，并查看规划自身的算术和缺口。",
        "Audit what departments report, cell by cell, and see the plan's own sums and gaps.",
    ),
    "editor": Text("SPARQL 编辑器", "SPARQL editor"),
    "pictures": Text("表与图", "Tables and pictures"),
    "templates": Text("可以问什么", "What to ask"),
    "data": Text("数据下载", "Take the data home"),
    "manual": Text("接口说明", "HTTP interface"),
    "questions": Text("能力问题", "Competency questions"),
    "reports": Text("填报与审核", "Reports and audits"),
    "guide": Text("使用指南", "User's guide"),
}

#: The page on taking the data home.
DATA = {
    "title": Text("把数据带走", "Take the data home"),
    "about": Text(
        "全部数据：规划、证据、词汇，以及已接受的填报。每一次修订都有自己的名称；同一修订的字节总是相同。",
        "All of it: the plan, its evidence, the vocabulary, and the reports that were accepted. "
        "Each revision has its own name, and one revision always gives the same bytes.",
    ),
    "whole": Text("整份数据", "The whole of it"),
    "format": Text("格式", "Format"),
    "file": Text("文件", "File"),
    "has": Text("内容", "What it has"),
    "with-graphs": Text(
        "含各图，因而含每条陈述的依据状态",
        "with the graphs, and so with the status of each statement",
    ),
    "without-graphs": Text("合并为一个图", "merged into one graph"),
    "graphs": Text("按图下载", "By graph"),
    "graph": Text("图", "Graph"),
    "triples": Text("三元组", "Triples"),
    "graphs-about": Text(
        "陈述在哪个图，就是哪种依据：原文、派生、编辑、外部。",
        "The graph that a statement stands in says what it rests on: stated, derived, editorial or "
        "external.",
    ),
    "tables": Text("表格", "Tables"),
    "tables-about": Text(
        "每张表都可下载为 CSV 和 XLSX：",
        "Every table comes as CSV and XLSX:",
    ),
    "describe": Text("数据的自我描述", "How the data describes itself"),
    "void": Text("VoID 与 DCAT 描述", "VoID and DCAT description"),
    "service": Text("SPARQL 端点的服务描述", "Service description of the SPARQL endpoint"),
    "openapi": Text("OpenAPI 文档", "OpenAPI document"),
    "licence": Text("许可", "Licence"),
    "licence-says": Text(
        "数据和词汇：CC BY 4.0，请注明来源。所引的原文语句归原作者；代码：Apache 2.0。",
        "Data and vocabulary: CC BY 4.0, to be attributed. The clauses that are quoted remain "
        "their author's. Code: Apache 2.0.",
    ),
    "revision": Text("修订", "Revision"),
    "cite": Text("如何引用", "How to cite"),
    "by-query": Text("用查询取一部分", "A part of it, by query"),
    "by-query-about": Text(
        "任何 SPARQL 客户端都可用，不需要密钥：",
        "Any SPARQL client will do, and no key is needed:",
    ),
    "command": Text("命令行也可导出：", "From the command line:"),
}
