"""Every sentence of the boxes that find names, in both languages. Must not know the pages.

``{…}`` is filled in by the scripts.
"""

from __future__ import annotations

from kb.text import Text

#: What the templates say.
PAGE = {
    "results": Text("找到的资源", "Found"),
    "first": Text("只列出前 {n} 项；下载的文件有全部。", "The first {n}; a file has all of them."),
    "by-class": Text("或按类型浏览", "Or look through"),
    "ask-instead": Text("把它当作问题来问", "Ask it as a question"),
    "start": Text(
        "输入名称的任何部分：中文、英文、代码、拼音或拼音首字母。",
        "Type any part of a name: Chinese, English, a code, pinyin or its initials.",
    ),
    "names": Text("名称相符的页面", "Pages of that name"),
}

#: What the scripts say.
SCRIPT = {
    "names": Text("名称", "Names"),
    "name": Text("页面", "page"),
    "found": Text("{n} 个名称，用上下键选择，回车打开", "{n} names; arrow keys, Enter opens one"),
    "found-one": Text("1 个名称，用上下键选择，回车打开", "1 name; arrow keys, Enter opens it"),
    "found-none": Text("没有这样的名称", "No such name"),
}
