"""The one table of settings. Each is declared once, with its default and its help.

Values come from environment variables ``PLANKB_…``; nothing is read at import.
``docs/operating.md`` lists this table, and a test fails where the two differ.
Must not know who uses a setting.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from kb.errors import InputError
from kb.text import Text


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, how its text is read, its default and what it is for."""

    name: str
    read: Callable[[str], object]
    default: object
    help: Text

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "PLANKB_" + self.name.upper()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 < number < 86400:
        raise ValueError(text)
    return number


def _amount(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number < 86400:
        raise ValueError(text)
    return number


def _endpoint(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ValueError(text)
    return text


def _log(text: str) -> str:
    if text not in ("off", "faults", "problems", "requests"):
        raise ValueError(text)
    return text


def _literals(text: str) -> str:
    if text not in ("masked", "kept"):
        raise ValueError(text)
    return text


def _pin(text: str) -> str:
    if text not in ("on", "off"):
        raise ValueError(text)
    return text


def _misses(text: str) -> str:
    if text not in ("kept", "off"):
        raise ValueError(text)
    return text


def _reading(text: str) -> str:
    if text not in ("open", "token"):
        raise ValueError(text)
    return text


def _base(text: str) -> str:
    if not text.startswith(("http://", "https://")) or not text.endswith("/"):
        raise ValueError(text)
    return text


def _path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


TABLE: tuple[Setting, ...] = (
    Setting(
        "base",
        _base,
        "https://w3id.org/plankb/",
        Text(zh="全部 IRI 的前缀，以 / 结尾", en="base of every IRI; ends with /"),
    ),
    Setting(
        "source",
        _path,
        None,
        Text(
            zh="原文文本文件；给出后逐条核对引文",
            en="file with the text of the source; where given, every quote is checked against it",
        ),
    ),
    Setting(
        "overlay",
        _path,
        None,
        Text(
            zh="运行方自己的责任分工文件（Turtle 或 CSV），优先于编辑推定",
            en="the operator's own assignments (Turtle or CSV); they win over the editorial ones",
        ),
    ),
    Setting(
        "cache",
        _path,
        None,
        Text(
            zh="图的缓存目录；默认为用户缓存目录",
            en="folder for the cached graph; by default the user's cache folder",
        ),
    ),
    Setting(
        "data",
        _path,
        None,
        Text(
            zh="服务所收数据（如评价）的目录；默认为用户数据目录",
            en="folder for what the service is given, such as feedback; by default the user's "
            "data folder",
        ),
    ),
    Setting(
        "ledger",
        str,
        "",
        Text(
            zh="填报账册：SQLite 文件或 postgresql://…；默认为数据目录中的 ledger.sqlite",
            en="ledger of reports: a SQLite file or postgresql://…; by default ledger.sqlite in "
            "the data folder",
        ),
    ),
    Setting(
        "lang",
        str,
        "",
        Text(
            zh="界面语言 zh 或 en；默认取自系统区域设置",
            en="language of messages, zh or en; by default the locale's",
        ),
    ),
    Setting(
        "query_seconds",
        _seconds,
        5.0,
        Text(zh="一次查询的时限（秒）", en="deadline of one query, in seconds"),
    ),
    Setting(
        "query_memory_mb",
        _positive,
        1024,
        Text(
            zh="一个查询进程可用的内存（MiB），不含已载入的数据",
            en="memory a query process may add to the loaded data, in MiB",
        ),
    ),
    Setting(
        "result_mb",
        _positive,
        64,
        Text(zh="一个结果的上限（MiB）", en="largest result, in MiB"),
    ),
    Setting(
        "workers",
        _positive,
        2,
        Text(zh="短查询的进程数", en="query processes of the short lane, where every query starts"),
    ),
    Setting(
        "heavy",
        _positive,
        2,
        Text(
            zh="可同时执行的重查询数，以低优先级执行",
            en="heavy queries that run at a time, niced, beside the short lane",
        ),
    ),
    Setting(
        "short_ms",
        _positive,
        100,
        Text(
            zh="查询超过此时间（毫秒）即转为重查询",
            en="a query that runs longer, in milliseconds, is a heavy one",
        ),
    ),
    Setting(
        "queue",
        _positive,
        64,
        Text(
            zh="每类查询的等待上限，超出则回答 503",
            en="queries that may wait for each lane; one more is answered with 503",
        ),
    ),
    Setting(
        "cache_mb",
        _amount,
        64,
        Text(
            zh="查询结果缓存（MiB）；0 为不缓存",
            en="results kept for the same query again, in MiB; 0 keeps none",
        ),
    ),
    Setting(
        "client_seconds",
        _share,
        0.0,
        Text(
            zh="每个客户端每分钟可用的查询时间（秒）；0 为不限",
            en="query time that one client may use in a minute, in seconds; 0 sets no limit",
        ),
    ),
    Setting(
        "store",
        _endpoint,
        "",
        Text(
            zh="远程 SPARQL 1.1 端点的地址；默认用内置引擎",
            en="address of a remote SPARQL 1.1 endpoint; by default the built-in engine is used",
        ),
    ),
    Setting(
        "store_write",
        _endpoint,
        "",
        Text(
            zh="该端点的 Graph Store Protocol 地址，用于载入数据",
            en="that endpoint's Graph Store Protocol address, to load revisions into it",
        ),
    ),
    Setting(
        "web_processes",
        _positive,
        2,
        Text(zh="网络服务进程数，共用一个查询引擎", en="web processes; all share one query engine"),
    ),
    Setting(
        "pin",
        _pin,
        "on",
        Text(
            zh="每个网页进程是否固定在一个处理器上：on（是）或 off（否）",
            en="whether each web process stays on one processor: on or off",
        ),
    ),
    Setting(
        "web_cache_mb",
        _amount,
        32,
        Text(
            zh="每个网络服务进程的回答缓存（MiB），0 为不缓存",
            en="cache of responses in each web process, in MiB; 0 keeps none",
        ),
    ),
    Setting(
        "proxies",
        _amount,
        0,
        Text(
            zh="前置反向代理的层数，其 X-Forwarded-* 可信",
            en="reverse proxies in front, whose X-Forwarded-… headers are believed",
        ),
    ),
    Setting(
        "log",
        _log,
        "faults",
        Text(
            zh="记录哪些请求：off、faults（5xx）、problems（4xx 与 5xx）、requests（全部）",
            en="requests that are logged: off, faults (5xx), problems (4xx and 5xx) or requests",
        ),
    ),
    Setting(
        "log_literals",
        _literals,
        "masked",
        Text(
            zh="日志中查询的字面值和所提的问题：masked（隐去）或 kept（保留）",
            en="literals of queries, and questions, in the log: masked or kept",
        ),
    ),
    Setting(
        "misses",
        _misses,
        "kept",
        Text(
            zh="没有答上来的问题是否记在数据目录里，供完善词汇：kept（记）或 off（不记）",
            en="questions without an answer, kept in the data folder for the lexicon: kept or off",
        ),
    ),
    Setting(
        "upload_mb",
        _positive,
        20,
        Text(zh="填报文件的大小上限（MiB）", en="largest report file, in MiB"),
    ),
    Setting(
        "upload_rows",
        _positive,
        20_000,
        Text(zh="填报文件的行数上限", en="rows that a report file may have"),
    ),
    Setting(
        "upload_seconds",
        _seconds,
        5.0,
        Text(
            zh="读取一个填报文件可用的处理器时间（秒）",
            en="processor time that reading a report file may take, in seconds",
        ),
    ),
    Setting(
        "reading",
        _reading,
        "open",
        Text(
            zh="谁可查看填报与审核：open（任何人）或 token（持令牌者）",
            en="who may read reports and their audits: open (anyone) or token (its holders)",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force. Make one with :func:`load`; fields are those of ``TABLE``."""

    base: str = "https://w3id.org/plankb/"
    source: Path | None = None
    overlay: Path | None = None
    cache: Path | None = None
    data: Path | None = None
    ledger: str = ""
    lang: str = ""
    query_seconds: float = 5.0
    query_memory_mb: int = 1024
    result_mb: int = 64
    workers: int = 2
    heavy: int = 2
    short_ms: int = 100
    queue: int = 64
    cache_mb: int = 64
    client_seconds: float = 0.0
    store: str = ""
    store_write: str = ""
    web_processes: int = 2
    pin: str = "on"
    web_cache_mb: int = 32
    proxies: int = 0
    log: str = "faults"
    log_literals: str = "masked"
    misses: str = "kept"
    upload_mb: int = 20
    upload_rows: int = 20_000
    upload_seconds: float = 5.0
    reading: str = "open"

    @property
    def data_folder(self) -> Path:
        """Where data is kept: as set, else the user's data folder (XDG)."""
        if self.data is not None:
            return self.data
        given = os.environ.get("XDG_DATA_HOME", "")
        home = Path(given) if Path(given).is_absolute() else Path("~/.local/share")
        try:
            return home.expanduser() / "plankb"
        except RuntimeError:  # a user without a home keeps nothing
            return Path(os.devnull) / "plankb"


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises:
        InputError: a value does not fit; the message names the variable.

    >>> load({"PLANKB_WORKERS": "3"}).workers
    3
    """
    env = os.environ if environment is None else environment
    values: dict[str, object] = {}
    for setting in TABLE:
        text = env.get(setting.variable)
        if text is None:
            continue
        try:
            values[setting.name] = setting.read(text)
        except ValueError as error:
            raise InputError(
                "setting",
                Text(
                    zh=f"环境变量 {setting.variable} 的值“{text}”不可用：{setting.help.zh}",
                    en=f"{setting.variable} has the value “{text}”, which cannot be used: "
                    f"{setting.help.en}",
                ),
                Text(
                    zh=f"改正它，或删去它以用默认值 {setting.default}",
                    en=f"correct it, or unset it to use the default, {setting.default}",
                ),
                setting=setting.name,
                value=text,
            ) from error
    known = {field.name for field in fields(Settings)}
    assert known == {setting.name for setting in TABLE}, "TABLE and Settings differ"
    return Settings(**values)  # type: ignore[arg-type]  # values were read by their own reader
