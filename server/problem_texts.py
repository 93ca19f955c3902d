"""Every sentence of the pages that say what went wrong, in both languages.

Must not know what can go wrong.
"""

from __future__ import annotations

from kb.text import Text

PAGE = {
    "near": Text("名称相近的页面", "Pages with a name like it"),
    "instead": Text("接下来可以", "What to do instead"),
    "search": Text("按名称查找", "Find by name"),
    "home": Text("回到首页", "Go to the first page"),
    "again": Text("再试一次", "Try again"),
    "alive": Text("查看服务是否可用", "See whether the service is ready"),
    "guide": Text("查阅使用指南", "Read the user's guide"),
    "button": Text("查找", "Search"),
}
