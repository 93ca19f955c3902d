"""Every sentence of the pages, in both languages. A test holds that none lacks one.

Must not know templates or routes.
"""

from __future__ import annotations

from kb.text import Text

TEXTS = {
    "name": Text("plankb 规划知识库", "plankb, knowledge base of a plan"),
    "about": Text(
        "这里回答关于江津区“6+4”人才规划的问题，每个答案都附有所依据的原文语句。",
        "This answers questions about Jiangjin District's “6+4” talent plan, each with the "
        "clauses that the answer rests on.",
    ),
    "question": Text("问题", "Question"),
    "ask": Text("提问", "Ask"),
    "example": Text(
        "例如：农村实用人才队伍有哪些举措？", "For example: Which measures support rural talent?"
    ),
    "answer": Text("回答", "Answer"),
    "reading": Text("理解为", "Understood as"),
    "rows": Text("条目与出处", "Items and their clauses"),
    "item": Text("条目", "Item"),
    "team": Text("队伍", "Team"),
    "value": Text("数值", "Value"),
    "status": Text("状态", "Status"),
    "quotes": Text("原文", "Source says"),
    "not-understood": Text("没有看懂", "Not understood"),
    "suggestions": Text("可以这样问", "Questions that have an answer"),
    "sparql": Text("所用的 SPARQL 查询", "The SPARQL query behind it"),
    "open-in-editor": Text("在查询编辑器中打开", "Open it in the query editor"),
    "skip": Text("跳到正文", "Skip to content"),
    "home": Text("首页", "Home"),
    "other-language": Text("English", "中文"),
    "statements": Text("陈述", "Statements"),
    "property": Text("属性", "Property"),
    "object": Text("值", "Value"),
    "pointing": Text("提到它的陈述", "Statements that point to it"),
    "subject": Text("主语", "Subject"),
    "data": Text("数据", "Data"),
    "error": Text("出错", "Error"),
    "characters": Text("字", "characters"),
    "stated": Text("原文", "stated"),
    "derived": Text("派生", "derived"),
    "editorial": Text("编辑", "editorial"),
    "external": Text("外部", "external"),
    "vocabulary": Text("词汇", "vocabulary"),
    "examples": Text("查询示例", "examples"),
    "evidence": Text("证据", "evidence"),
}
