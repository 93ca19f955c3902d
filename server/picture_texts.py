"""Sentences of the pictures and of the pages on resources, rules and sources, in both languages.

Must not know templates or routes.
"""

from __future__ import annotations

from kb.text import Text

PICTURES = {
    "nothing-drawn": Text(
        "还没有可画的数字：没有已接受的报告。报告经接受后，这里逐年显示。",
        "Nothing to draw yet: no report has been accepted. Once one is, it shows here year "
        "by year.",
    ),
    "whole-plan": Text("整个规划", "The whole plan"),
    "part": Text("部分", "part"),
    "rest": Text("没有分到任何部分；或超出总数", "no part accounts for it, or above the whole"),
    "whole": Text("总数", "the whole"),
    "not-allocated": Text("没有分到任何部分", "no part accounts for it"),
    "above": Text("部分之和超出总数", "the parts are above the whole"),
    "aim": Text("目标", "Aim"),
    "arithmetic": Text("规划自身的算术", "The plan's own arithmetic"),
    "arithmetic-about": Text(
        "能相加、能相比的数都算出来；“计入”“读作”是编者的读法，都标明。",
        "What can be added or compared is worked out; where a reading is the editors', it says so.",
    ),
    "gaps": Text("缺口", "Gaps"),
    "gaps-about": Text(
        "规划通常会写明而原文没有的：目标没有举措，举措没有数字，没有责任单位、基数或预算。",
        "What plans usually give and this source does not: measures for targets, figures for "
        "measures, who answers for what, baselines, money.",
    ),
    "anomalies": Text("原文的不规则之处", "Irregularities of the source"),
    "anomalies-about": Text(
        "原样保留；猜测另列，属编者。",
        "Kept verbatim; conjectures stand apart as the editors'.",
    ),
    "review-part": Text("部分", "Part"),
    "review-review": Text("代码", "Code"),
    "review-label": Text("查什么", "What is looked at"),
    "review-finding": Text("发现", "Finding"),
    "all-statements-about": Text(
        "两个方向的每条陈述及其依据；点依据可看为什么。",
        "Every statement in both directions with what says so; choose that to see why.",
    ),
    "all-of-them": Text("全部 {n} 条", "all {n}"),
    "further": Text("其余 {n} 条", "{n} more"),
    "names": Text("名称与别名", "Names"),
    "permalink": Text("永久链接", "Permalink"),
    "in-source": Text("在原文中对照阅读", "Read it in the source"),
    "read-along-about": Text(
        "点原文中带下划线的语句，旁边就列出依据它的内容；点旁边的内容，它的语句就在原文中标出。",
        "Choose an underlined clause, and what rests on it is listed beside it; choose "
        "something from the list, and its clauses are marked in the text.",
    ),
    "clauses-cited": Text("处被引用的语句", "clauses are cited"),
    "rests": Text("依据这里的内容", "What rests on the text"),
    "marked-of": Text("标出的是它的语句：", "Marked are the clauses of"),
    "unmark": Text("取消标记", "Remove the marks"),
    "explore-about": Text(
        "左边的指向它，右边的是它所指；同类很多的合成一个。点任何一个，就以那个为中心。",
        "What points to it is on the left, what it points to on the right; many of a kind "
        "are one mark. Choose any of them to move there.",
    ),
    "explore-how": Text(
        "点一个圆点，就展开它的相邻资源；方向键在圆点之间移动，回车展开。"
        "拖动空白处平移，滚轮或 + − 缩放。旁边的列表是所选资源的全部关系。",
        "Click a dot to open what it is linked to. Arrow keys move between dots, Enter opens "
        "one. Drag the ground to move the picture; the wheel or + and − zoom. The list "
        "beside it has every link of the one that is chosen.",
    ),
    "explore-card": Text(
        "从规划或任何资源出发，沿关系一步步展开，按依据和类型筛选。",
        "Begin with the plan or any resource and follow its links step by step, by status and "
        "class.",
    ),
    "pictures": Text("图", "Pictures"),
    "tables": Text("表", "Tables"),
    "explore-depth": Text("深度", "Depth"),
    "explore-further": Text("再远一步", "One step further"),
    "explore-nearest": Text("另有 {n} 个相邻资源未列出", "{n} other neighbours are left out"),
    "explore-more": Text("另有 {n} 条关系", "{n} more links"),
    "explore-picture": Text("关系图", "Picture of the links"),
    "explore-centre": Text("以它为中心", "Move to the middle"),
    "explore-page": Text("它的页面", "Its page"),
    "explore-failed": Text("未能读取它的关系", "Its links could not be read"),
    "explore-links": Text("{n} 条关系", "{n} links"),
    "explore-none": Text("没有符合筛选的关系", "No links fit the filters"),
    "explore-in": Text("放大", "Zoom in"),
    "explore-out": Text("缩小", "Zoom out"),
    "explore-fit": Text("全部显示", "Show all"),
    "rules": Text("核对规则", "Audit rules"),
    "rules-about": Text(
        "核对填报数字的规则，各有理由、SHACL 形状和查询。"
        "四舍五入和含混的数字不算违反；缺数据时只说明缺什么。",
        "The rules that reported figures are audited by, each with its reason, its SHACL "
        "shapes and their queries. A rounding or an ambiguity is never a violation; where "
        "data is missing, the audit says what.",
    ),
    "rules-version": Text("规则版本", "Version of the rules"),
    "severity-violation": Text("违反", "violation"),
    "severity-warning": Text("警告", "warning"),
    "severity-info": Text("提示", "info"),
    "severity-violation-about": Text(
        "数字不可能都对，须改正。",
        "The figures cannot all be right and must be mended.",
    ),
    "severity-warning-about": Text(
        "可能有误，请核对或说明。",
        "Something may be wrong: look again, or explain it in a note.",
    ),
    "severity-info-about": Text(
        "供参考，不影响报告。",
        "For information; a report passes with it.",
    ),
    "shape": Text("形状", "Shape"),
    "it-says": Text("它说", "It says"),
    "what-to-do": Text("怎么办", "What to do"),
    "its-query": Text("它的查询", "Its query"),
    "its-construct-about": Text(
        "对规划运行这个查询，得出的每条陈述都是派生的。",
        "Every statement that this query constructs from the plan is a derived one.",
    ),
    "not-evaluable": Text("无法判断时", "where it cannot be told"),
}
