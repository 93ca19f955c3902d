"""Every sentence of the query editor, in both languages; the scripts get theirs from here.

Must not know the page. ``{…}`` is filled in by the scripts.
"""

from __future__ import annotations

from kb.text import Text

#: What the template says.
PAGE = {
    "title": Text("SPARQL 查询", "SPARQL queries"),
    "about": Text(
        "用 SPARQL 1.1 查询规划的全部陈述。键入中文或英文名称即可补全，例如“农村”或 rural。",
        "Query every statement of the plan with SPARQL 1.1. Type a name in Chinese or English "
        "and complete it: 农村, for example, or rural.",
    ),
    "query": Text("查询", "Query"),
    "keys": Text(
        "Ctrl+Enter 运行；Ctrl+空格 补全；先按 Esc 再按 Tab 离开编辑框。",
        "Ctrl+Enter runs the query, Ctrl+Space completes a name; Esc and then Tab leaves the "
        "editor.",
    ),
    "run": Text("运行", "Run"),
    "stop": Text("停止", "Stop"),
    "copy-link": Text("复制链接", "Copy link"),
    "plain": Text("纯文本编辑框", "Plain text field"),
    "format": Text("结果格式", "Format of the result"),
    "for-rows": Text("SELECT、ASK", "SELECT, ASK"),
    "for-triples": Text("CONSTRUCT、DESCRIBE", "CONSTRUCT, DESCRIBE"),
    "table-text": Text("文本表格", "text table"),
    "examples": Text("示例查询", "Examples"),
    "to-examples": Text("转到示例查询", "Go to the examples"),
    "examples-about": Text(
        "知识库必须能回答的问题，每个都可以运行和修改。",
        "The questions that the knowledge base must answer. Run them, and change them.",
    ),
    "search": Text("筛选示例", "Filter the examples"),
    "researcher": Text("研究者", "For researchers"),
    "auditor": Text("审核者", "For auditors"),
    "consumer": Text("数据使用者", "For users of the data"),
    "results": Text("结果", "Results"),
    "views": Text("结果的显示方式", "Ways to show the result"),
    "table": Text("表格", "Table"),
    "chart": Text("图表", "Chart"),
    "raw": Text("原始数据", "Raw"),
    "link": Text("此查询的链接", "Link to this query"),
    "start": Text("十支人才队伍及其名称", "The ten talent teams with their names"),
}

#: What the scripts say.
SCRIPT = {
    "editor": Text("SPARQL 查询编辑框", "SPARQL query editor"),
    "suggestions": Text("补全建议", "Suggestions"),
    "class": Text("类", "class"),
    "property": Text("属性", "property"),
    "prefix": Text("前缀", "prefix"),
    "resource": Text("资源", "resource"),
    "variable": Text("变量", "variable"),
    "nothing": Text("没有可补全的名称", "There is nothing to complete"),
    "invalid": Text("第 {line} 行不合语法", "Line {line} does not fit the grammar"),
    "expected": Text("此处可以是：{what}", "What may stand there: {what}"),
    "leave": Text("现在按 Tab 离开编辑框", "Tab now leaves the editor"),
    "running": Text("查询运行中……", "The query runs …"),
    "stopped": Text("查询已停止", "The query was stopped"),
    "rows": Text("{n} 行，用时 {ms} 毫秒", "{n} rows in {ms} ms"),
    "row": Text("1 行，用时 {ms} 毫秒", "1 row in {ms} ms"),
    "none": Text("没有符合的结果，用时 {ms} 毫秒", "Nothing matches; the answer took {ms} ms"),
    "triples": Text("{n} 条三元组，用时 {ms} 毫秒", "{n} triples in {ms} ms"),
    "answer": Text("回答：{answer}，用时 {ms} 毫秒", "The answer is {answer}, in {ms} ms"),
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
    "revision": Text("版本 {revision}", "revision {revision}"),
    "subject": Text("主语", "subject"),
    "predicate": Text("谓语", "predicate"),
    "object": Text("宾语", "object"),
    "table-of": Text("查询结果，{n} 行", "Result of the query, {n} rows"),
    "sort": Text("按“{name}”排序", "Sort by {name}"),
    "more": Text("再显示 {n} 行（共 {all} 行）", "Show {n} more of {all} rows"),
    "cut": Text(
        "只显示前 {n} 个字符；下载可得全部。",
        "Only the first {n} characters are shown; a download has all of it.",
    ),
    "download": Text("下载 {format}", "Download {format}"),
    "raw-text": Text("结果的原始数据", "The result as it was sent"),
    "raw-format": Text("格式", "Format"),
    "copied": Text("链接已复制", "The link was copied"),
    "copy-by-hand": Text("请手动复制此链接", "Copy this link by hand"),
    "example-loaded": Text("已载入示例：{name}", "The example {name} is in the editor"),
    "example-lost": Text("示例未能载入", "The example could not be loaded"),
    "found": Text("{n} 个示例", "{n} examples"),
    "no-number": Text(
        "结果里没有数值列，无法作图。例如 SELECT ?team (COUNT(*) AS ?n) … GROUP BY ?team 有。",
        "There is no column of numbers to draw. SELECT ?team (COUNT(*) AS ?n) … GROUP BY ?team "
        "has one.",
    ),
    "no-rows": Text("没有可作图的行", "There are no rows to draw"),
    "bars": Text("条形图：{value}，按 {label}", "Bar chart of {value} by {label}"),
    "bars-cut": Text("只画出前 {n} 行", "Only the first {n} rows are drawn"),
    "labels-from": Text("名称取自", "Names from"),
    "values-from": Text("数值取自", "Numbers from"),
    "values": Text("图中的数值", "The numbers of the chart"),
    "error": Text("出错（{status}）", "Error {status}"),
    "no-run": Text("未能运行", "The query was not run"),
    "go-to-line": Text("转到第 {line} 行", "Go to line {line}"),
    "no-answer": Text("服务没有应答", "The service does not answer"),
    "try-again": Text("检查网络连接后重试", "Check the connection, then try again"),
    "empty": Text("查询为空", "There is no query"),
    "empty-hint": Text("写一个查询，或从示例中选一个", "Write one, or choose an example"),
}
