"""Every sentence of the pages, in both languages. A test holds that none lacks one.

Must not know templates or routes.
"""

from __future__ import annotations

from kb.text import Text

TEXTS = {
    "name": Text("plankb 规划知识库", "plankb, knowledge base of a plan"),
    "about": Text(
        "一份规划的知识库：提问、查询、引用，每个答案都附有所依据的原文语句。",
        "A knowledge base of a plan: ask, query and cite, each answer with the clauses that it "
        "rests on.",
    ),
    "short-name": Text("plankb", "plankb"),
    "navigation": Text("主导航", "Main"),
    "question": Text("问题", "Question"),
    "ask": Text("提问", "Ask"),
    "templates": Text("可以问什么", "What to ask"),
    "sparql-page": Text("SPARQL", "SPARQL"),
    "plan": Text("规划", "Plan"),
    "reports-page": Text("填报", "Reports"),
    "views": Text("表与图", "Pictures"),
    "review": Text("自查", "Self-audit"),
    "search": Text("查找", "Search"),
    "questions": Text("能力问题", "Competency questions"),
    "rules": Text("核对规则", "Audit rules"),
    "read-along": Text("对照阅读", "Reading along"),
    "manual": Text("接口说明", "HTTP interface"),
    "theme": Text("外观", "Appearance"),
    "theme-system": Text("随系统", "As the system has it"),
    "theme-light": Text("浅色", "Light"),
    "theme-dark": Text("深色", "Dark"),
    "contrast": Text("高对比度", "High contrast"),
    "data-page": Text("数据", "Data"),
    "guide": Text("指南", "Guide"),
    "more": Text("其他页面", "More pages"),
    "contents": Text("目录", "Contents"),
    "keys": Text("快捷键", "Keyboard shortcuts"),
    "keys-on": Text("启用单键快捷键", "Shortcuts of single keys are on"),
    "close": Text("关闭", "Close"),
    "status": Text("状态", "Status"),
    "quotes": Text("原文", "Source says"),
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
    "reported": Text("报告", "reported"),
    "vocabulary": Text("词汇", "vocabulary"),
    "examples": Text("查询示例", "examples"),
    "evidence": Text("证据", "evidence"),
}
