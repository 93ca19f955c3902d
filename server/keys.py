"""The shortcuts of every page: key, what it does, and where it leads.

Must not know how a key is heard.
"""

from __future__ import annotations

from flask import url_for

from kb.text import Text
from server import language

#: Key, what it does, and the endpoint that it leads to; empty for what a script does in place.
_KEYS = (
    ("?", Text("打开或关闭本表", "Open or close this sheet"), ""),
    ("/", Text("到输入框", "Into the box of the page"), "search.page"),
    ("g h", Text("首页", "First page"), "home.home"),
    ("g a", Text("提问", "Ask"), "chat.page"),
    ("g s", Text("查找", "Search"), "search.page"),
    ("g t", Text("可以问什么", "What to ask"), "catalogue.page"),
    ("g v", Text("表与图", "Tables and pictures"), "views.index"),
    ("g p", Text("规划自查", "The plan's self-audit"), "overview.review"),
    ("g r", Text("填报与审核", "Reports and audits"), "submitting.listed"),
    ("g q", Text("SPARQL 编辑器", "SPARQL editor"), "editor.page"),
    ("g d", Text("数据下载", "Take the data home"), "data.page"),
    ("g g", Text("使用指南", "User's guide"), "guide.page"),
    ("↑ ↓ Enter", Text("在建议中选择", "Choose among suggestions"), ""),
    ("Esc", Text("关闭建议、菜单或窗口", "Close suggestions, a menu or a window"), ""),
)


def keys() -> list[tuple[str, Text, str]]:
    """Each with its address in the language of the request; none for what is done in place."""
    chosen = language.of_request()
    return [
        (key, what, url_for(endpoint, lang=chosen) if endpoint else "")
        for key, what, endpoint in _KEYS
    ]
