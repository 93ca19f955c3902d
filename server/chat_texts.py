"""Every sentence of the pages that ask and answer, in both languages; their scripts' too.

Must not know the pages. ``{…}`` is filled in by the scripts.
"""

from __future__ import annotations

from kb.text import Text

#: What the templates say.
PAGE = {
    "ask-the-plan": Text("向规划提问", "Ask the plan"),
    "about": Text(
        "用中文或英文提问；回答由规则得出，每一条都附有所依据的原文。规划没有说的，就说没有说。",
        "Ask in Chinese or English. Answers are found by rules, each with the clauses that it "
        "rests on; what the plan does not say is said to be missing.",
    ),
    "known-plans": Text("收录的规划", "Plans that are known"),
    "placeholder": Text("输入问题，中文、英文均可", "A question, in English or Chinese"),
    "follow-up": Text("接着上一个问题问", "Follow up on this answer"),
    "follow-up-hint": Text(
        "下一个问题可以只说不同之处", "the next question need only say what differs"
    ),
    "follows": Text("此回答承接上一个问题。", "This answer follows from the question before it."),
    "examples": Text("可以这样问", "For example"),
    "all-templates": Text("全部问法", "Everything that can be asked"),
    "reading": Text("理解为", "Read as"),
    "repaired": Text("已当作", "taken for"),
    "instead": Text("改为其他值", "Choose another"),
    "change": Text("更改“{part}”", "Change “{part}”"),
    "without": Text("去掉“{part}”", "Leave out “{part}”"),
    "empty": Text("没有符合的条目", "Nothing matches"),
    "not_stated": Text("原文没有说", "The source does not say"),
    "clarify": Text("需要您选择", "A question back"),
    "refused": Text("没有作答", "Not answered"),
    "not-understood": Text("没有看懂", "Not understood"),
    "choices": Text("可以选择", "Choose one"),
    "next": Text("接着可以问", "Ask next"),
    "nearest": Text("这些问题有答案", "These have an answer"),
    "rows": Text("条目", "Items"),
    "item": Text("条目", "Item"),
    "team": Text("队伍", "Team"),
    "value": Text("数值", "Value"),
    "status": Text("依据", "Standing"),
    "citations": Text("引文", "Clauses"),
    "clause-n": Text("引文 {n}", "Clause {n}"),
    "legend": Text("各种依据的含义", "What the standings mean"),
    "clauses": Text("引文", "Clauses"),
    "clauses-about": Text(
        "原文的字句，及其在来源中的位置（Unicode 码点）。",
        "The words of the source, with their place in it (Unicode code points).",
    ),
    "context": Text("上下文", "In context"),
    "gaps": Text(
        "运行方未提供来源全文；“…”处为图中未引用的文字。",
        "The text of the source was not given here; … stands for words that the graph does not "
        "quote.",
    ),
    "clause-page": Text("此处的固定链接", "Page of this clause"),
    "copy-citation": Text("复制引文", "Copy citation"),
    "close": Text("关闭", "Close"),
    "rows-of": Text("见条目", "Items"),
    "to-row": Text("到条目 {n}", "To item {n}"),
    "source": Text("来源", "Source"),
    "fingerprint": Text("原文的 sha256", "sha256 of its text"),
    "length": Text("长度", "Length"),
    "code-points": Text("个码点", "code points"),
    "place": Text("位置", "Place"),
    "sparql": Text("所用的 SPARQL 查询", "The SPARQL query behind it"),
    "open-in-editor": Text("在查询编辑器中打开", "Open in the query editor"),
    "take-home": Text("下载与引用", "Take it home"),
    "download": Text("下载", "Download"),
    "permalink": Text("此回答的链接", "Link to this answer"),
    "copy-link": Text("复制链接", "Copy link"),
    "copy-answer": Text("复制回答与引文", "Copy answer with its clauses"),
    "feedback": Text("这个回答有用吗？", "Was this answer of use?"),
    "up": Text("有用", "Yes"),
    "down": Text("有问题", "No"),
    "reason": Text("原因", "Why"),
    "no-reason": Text("（不说明）", "(not said)"),
    "wrong": Text("内容不对", "It is wrong"),
    "misread": Text("误解了问题", "The question was misread"),
    "incomplete": Text("不完整", "Something is missing"),
    "citation": Text("引文不对", "A clause does not fit"),
    "unclear": Text("不易懂", "It is hard to understand"),
    "other": Text("其他", "Something else"),
    "comment": Text("补充说明（可不填）", "In your own words (optional)"),
    "send": Text("提交", "Send"),
    "feedback-note": Text(
        "只在本服务器上保存问题、评价和日期，不保存任何能识别您的信息。",
        "This server keeps the question, what you say and the day, and nothing that tells who "
        "you are.",
    ),
    "thanks": Text("已记下，谢谢。", "It was noted. Thank you."),
    "history": Text("此浏览器中问过的问题", "Asked in this browser"),
    "clear-history": Text("清除记录", "Clear the list"),
    "history-note": Text("只保存在您的浏览器里。", "Kept in your browser only."),
    "clause-title": Text("原文 {place}", "Source, {place}"),
    "resting": Text("以此为据的陈述", "What rests on it"),
    "before": Text("上一处引文", "Clause before"),
    "after": Text("下一处引文", "Clause after"),
    "templates": Text("可以问什么", "What can be asked"),
    "templates-about": Text(
        "每一种问法都由语法和规划本身生成。选好空位里的值，就得到一个有答案的问题。",
        "Every kind of question is generated from the grammar and the plan itself. Choose what "
        "stands in the gaps, and ask.",
    ),
    "filter": Text("筛选", "Filter"),
    "no-templates": Text(
        "此版本没有问题目录；提问页上有可问的例子。",
        "There is no catalogue in this revision; the page to ask on has examples.",
    ),
    "example-of": Text("例如", "For example"),
    "query-of": Text("逻辑式与 SPARQL", "Logical form and SPARQL"),
}

#: What the scripts say.
SCRIPT = {
    "suggestions": Text("问题建议", "Suggested questions"),
    "suggested": Text("{n} 条建议，用上下键选择", "{n} suggestions; use the arrow keys"),
    "suggested-one": Text("1 条建议，用上下键选择", "1 suggestion; use the arrow keys"),
    "no-suggestion": Text("没有建议", "No suggestion"),
    "copied": Text("已复制", "Copied"),
    "copy-by-hand": Text(
        "浏览器不允许复制，请手动选取。", "The browser does not allow it; select and copy by hand."
    ),
    "cleared": Text("记录已清除", "The list was cleared"),
    "thanks": Text("已记下，谢谢。", "It was noted. Thank you."),
    "not-kept": Text("评价未能保存：{why}", "Your feedback was not kept: {why}"),
    "no-answer": Text("服务没有应答", "the service does not answer"),
    "kinds": Text("{n} 种问法", "{n} kinds of question"),
    "kind": Text("1 种问法", "1 kind of question"),
}
