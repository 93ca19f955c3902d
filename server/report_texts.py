"""Every sentence of the pages on reports, in both languages; their script's too.

Must not know the pages. ``{…}`` is filled in by whoever shows it.
"""

from __future__ import annotations

from kb.text import Text

#: What the templates say.
PAGE = {
    "comma": Text("、", ", "),
    "reports": Text("填报与审核", "Reports and audits"),
    "reports-about": Text(
        "各单位报来的进展数据，逐格对照规划审核；每份填报连同审核结果都可查看和下载。",
        "Progress figures as departments handed them in, audited cell by cell against the plan. "
        "Every submission can be read and taken home with its audit.",
    ),
    "hand-in": Text("检查或提交报表", "Check or hand in a report"),
    "check-title": Text("检查与提交报表", "Check and hand in a report"),
    "check-about": Text(
        "选择填好的报表，几秒内就能看到每一格的问题。只检查时不需要令牌，也不保存任何内容；提交需要令牌。",
        "Choose a report that you have filled in, and see within seconds what is wrong with which "
        "cell. Checking takes no token and keeps nothing; handing in takes a token.",
    ),
    "file": Text("报表文件", "Report file"),
    "file-hint": Text(
        "XLSX、ODS、CSV、JSON 或 Turtle，最大 {mb} MiB；检查时可选多个。",
        "XLSX, ODS, CSV, JSON or Turtle, up to {mb} MiB; to check, several may be chosen.",
    ),
    "drop": Text("也可以把文件拖到这里。", "Or drop a file here."),
    "check": Text("检查", "Check"),
    "submit": Text("提交", "Hand in"),
    "submit-this": Text("提交这个文件", "Hand in this file"),
    "submit-note": Text(
        "就是刚才检查的文件 {name}，一字不改。有问题也可以提交，审核人会看到同样的结果。",
        "It is the file {name} as it was just checked. It can be handed in with its findings; "
        "the auditor sees the same.",
    ),
    "choose-again": Text(
        "文件较大：要提交，请重新选择它，再点“提交”。",
        "This file is large: to hand it in, choose it once more and press “Hand in”.",
    ),
    "token": Text("令牌", "Token"),
    "token-hint": Text("由运行方发给填报单位和审核人", "from whoever runs this service"),
    "sign-in": Text("登录", "Sign in"),
    "sign-out": Text("退出", "Sign out"),
    "sign-in-about": Text(
        "输入令牌后，在此浏览器中填报、审核时不必再输；十二小时后或退出后失效。",
        "With a token entered here, this browser need not ask for it again for twelve hours, or "
        "until you sign out.",
    ),
    "signed-in": Text("已登录：", "Signed in as"),
    "not-signed-in": Text("未登录", "Not signed in"),
    "scope-reporter": Text("填报单位", "reporting body"),
    "scope-auditor": Text("审核人", "auditor"),
    "scope-admin": Text("管理员", "administrator"),
    "template": Text("空白报表", "Blank form"),
    "template-about": Text(
        "按队伍和年份预填指标、单位和口径，旁附规划原文。",
        "With indicators, units and bases filled in for a team and year, and the plan's clauses "
        "beside them.",
    ),
    "team": Text("队伍", "Team"),
    "year": Text("年份", "Year"),
    "format": Text("格式", "Format"),
    "download": Text("下载", "Download"),
    "filter": Text("筛选", "Filter"),
    "all": Text("全部", "all"),
    "state": Text("状态", "State"),
    "reporter": Text("填报单位", "Reporting body"),
    "conforms": Text("审核", "Audit"),
    "conforms-true": Text("无错误", "no violation"),
    "conforms-false": Text("有错误", "violations"),
    "version": Text("版本", "Version"),
    "current-only": Text("仅最新", "newest only"),
    "submitted": Text("待审核", "waiting"),
    "accepted": Text("已接受", "accepted"),
    "returned": Text("已退回", "returned"),
    "withdrawn": Text("已撤回", "withdrawn"),
    "superseded": Text("已有新版本", "superseded"),
    "submissions": Text("填报", "Submissions"),
    "none": Text("没有符合的填报。", "There is no such submission."),
    "none-yet": Text("还没有收到填报。", "Nothing has been handed in yet."),
    "received": Text("收到", "Received"),
    "report": Text("报表", "Report"),
    "found": Text("发现", "Findings"),
    "nothing-found": Text("无", "none"),
    "older": Text("更早的", "Older"),
    "newest": Text("最新的", "Newest"),
    "coverage": Text("{year} 年各队伍填报情况", "Who has reported for {year}"),
    "coverage-about": Text(
        "每支队伍的最新一份填报；责任单位为惯例（编辑推定），以运行方指定的为准。",
        "The newest report of each team. The body is the customary one (editorial), unless the "
        "operator has named another.",
    ),
    "not-reported": Text("未填报", "not reported"),
    "body": Text("单位", "Body"),
    "submission": Text("填报 {id}", "Submission {id}"),
    "reports-n": Text("{n} 份报表", "{n} reports"),
    "reports-of": Text("报表", "Reports"),
    "thanks": Text(
        "已收到并写入账册。请保存下面的回执。",
        "It was received and is in the ledger. Keep the receipt below.",
    ),
    "thanks-again": Text(
        "这个文件您已经提交过，仍是同一份填报。",
        "You handed in this very file before; it is the same submission.",
    ),
    "by": Text("提交人", "Handed in by"),
    "receipt": Text("回执", "Receipt"),
    "entry": Text("账册条目", "Ledger entry"),
    "entry-hash": Text("条目哈希", "Hash of the entry"),
    "sha256": Text("文件 sha256", "sha256 of the file"),
    "size": Text("字节", "bytes"),
    "revises": Text("修订", "Revises"),
    "revised-by": Text("已由新版本取代", "Revised by"),
    "take-home": Text("下载", "Take it home"),
    "original": Text("原文件", "File as received"),
    "marked": Text("标注的工作簿", "Workbook with marks"),
    "changes": Text("与上一版本相比", "Since the version before"),
    "fixed-n": Text("已解决 {n}", "{n} fixed"),
    "new-n": Text("新出现 {n}", "{n} new"),
    "persists-n": Text("仍存在 {n}", "{n} persist"),
    "fixed": Text("已解决的问题", "What was fixed"),
    "decide": Text("审核决定", "Decide"),
    "decision": Text("决定", "Decision"),
    "accept": Text("接受", "Accept"),
    "return": Text("退回", "Return"),
    "withdraw": Text("撤回", "Withdraw"),
    "reason": Text("理由", "Reason"),
    "reason-hint": Text("退回时必填，填报单位会看到", "needed to return it; the sender sees it"),
    "decide-note": Text(
        "接受后，其中的数据即进入知识库，可查询、可提问。",
        "Once accepted, its figures are in the knowledge base, in queries and in answers.",
    ),
    "sign-in-to-decide": Text("审核人登录后可作决定", "Auditors sign in to decide"),
    "decisions": Text("决定记录", "Decisions"),
    "today": Text("按现行规则", "Under today's rules"),
    "again-rules": Text(
        "存档的审核用的是规则 {old}，现行规则是 {new}。",
        "The audit on record ran rules {old}; today's are {new}.",
    ),
    "again-ask": Text("会有什么变化？", "What would change?"),
    "again-n": Text(
        "不再有 {gone} 项，新出现 {new} 项，不变 {same} 项。",
        "{gone} findings would be gone, {new} would be new, {same} stay.",
    ),
    "again-gone": Text("不再有的发现", "Would be gone"),
    "again-new": Text("新出现的发现", "Would be new"),
    "no-decision": Text("尚无决定。", "Nothing was decided yet."),
    "waivers": Text("豁免", "Waivers"),
    "waive": Text("豁免此项", "Let this pass"),
    "expires": Text("有效至", "until"),
    "when": Text("时间", "When"),
    "who": Text("何人", "Who"),
    "result": Text("检查结果", "Result"),
    "again": Text("改好后再检查一次", "Mend it and check again"),
    "problem": Text("未能完成", "This did not work"),
    "closed": Text(
        "查看填报需要令牌，请先登录。", "Reading reports takes a token here: sign in first."
    ),
}

#: What the script says.
SCRIPT = {
    "checking": Text("正在检查 {name} …", "Checking {name} …"),
    "checked": Text("检查完毕，用时 {seconds} 秒", "Checked in {seconds} s"),
    "failed": Text("没有检查成：{why}", "It could not be checked: {why}"),
    "no-answer": Text("服务没有应答", "the service does not answer"),
    "some": Text("{n} 个文件", "{n} files"),
}
