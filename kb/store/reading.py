"""Reading a query before it runs: its form, its dataset, and what is refused in it.

Splits the text into the terminals of the SPARQL 1.1 grammar (section 19.8) and looks at
bare keywords; it is no parser, the engine has that. What slips past is caught by asking
the engine (:mod:`kb.store.embedded`) and is impossible in the sandbox besides.
Must not know the data, nor run anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import pyoxigraph as ox

from kb.errors import QueryProblem
from kb.store.interface import Form, Term
from kb.text import Text

#: Longest query, in characters. The longest of our own is under a hundredth of it.
LONGEST = 250_000

_FORMS: dict[str, Form] = {
    "SELECT": "select",
    "ASK": "ask",
    "CONSTRUCT": "construct",
    "DESCRIBE": "describe",
}
_UPDATES = frozenset(
    ["INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"]
)

# What may begin a name, and what may stand in it. The grammar leaves out some characters
# beyond ASCII; where those stand outside of strings the engine finds a syntax error anyway,
# and to list the others would take longer to compile than most queries run.
_BASE = r"[^\s\x00-@\[-`{-\x7f]"
_CHARS = r"[^\s\x00-,./:-@\[-^`{-\x7f]"
_PREFIX = rf"{_BASE}(?:{_CHARS}|\.)*+"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = rf"(?:{_CHARS}|:|{_ESCAPED})"

# Every alternative takes what it can and never gives back (possessive), so that reading is
# linear in the length of the text whatever is in it.
_TERMINAL = re.compile(
    rf"""
    (?P<space> [\s\ufeff]++ | \#[^\n\r]*+ )
  | (?P<string> \"""(?:[^"\\]|\\.|"(?!""))*+(?:\"""|\\?\Z)
      | '''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\\?\Z)
      | "(?:[^"\\\n\r]|\\[^\n\r])*+"? | '(?:[^'\\\n\r]|\\[^\n\r])*+'? )
  | (?P<iri> <[^<>"{{}}|^`\x00-\x20]*+> )
  | (?P<variable> [?$]{_CHARS}++ )
  | (?P<name> (?:{_PREFIX})?:(?:{_LOCAL}(?:\.*+{_LOCAL})*+)? )
  | (?P<blank> _:(?:{_CHARS}|\.)*+ )
  | (?P<tag> @[A-Za-z]++(?:-++[A-Za-z0-9]++)*+ )
  | (?P<number> (?:[0-9]++(?:\.[0-9]++)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)? )
  | (?P<words> (?:{_PREFIX} | _(?:{_CHARS}|\.)*+) )
  | (?P<escape> \\u[0-9A-Fa-f]{{4}} | \\U[0-9A-Fa-f]{{8}} )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)


#: What the base is kept under among the prefixes; no prefix has this name.
_BASE_NAME = "@base"

#: A query whose first keyword can be found without taking all of it apart: prefixes in the
#: usual way of writing, then one of the four. What does not look like this is read in full.
_PLAIN = re.compile(
    r"""\s*+(?:PREFIX\s++[\w-]*+:\s*+<[^<>"{}|^`\\\x00-\x20]*+>\s*+)*+
    (SELECT|ASK|CONSTRUCT|DESCRIBE)(?=[\s{(*?<])""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

#: Calls whose value is another each time. The engine takes a keyword that is glued to the
#: one before it, so nothing is asked of what stands in front.
_VOLATILE = re.compile(r"(?:now|rand|uuid)\s*[(\#]|\\u")


def is_volatile(text: str) -> bool:
    """Whether a query may give another result on the same data: NOW, RAND, UUID, STRUUID.

    Says so now and then where it is not true, and never the other way round.

    >>> is_volatile("SELECT (NOW() AS ?now) {}"), is_volatile("ASK { ?now ?p ?o }")
    (True, False)
    """
    lower = text.lower()
    if not any(word in lower for word in ("now", "rand", "uuid", "\\u")):
        return False
    return _VOLATILE.search(lower) is not None


#: What says nothing, and what it may stand in: IRIs and texts.
_IDLE = re.compile(
    r"""(<[^<>"{}|^`\\\s]*>|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|#[^\n]*|\s+""", re.DOTALL
)


def shape(body: bytes) -> str:
    r"""A query without comments and with single spaces: the same shape, the same work.

    Two queries of one shape do the same, but one query may have two shapes: it only serves to
    know one again.

    >>> shape(b"SELECT * # all\n {?s ?p <x#y>}") == shape(b"SELECT *  {?s ?p <x#y>}")
    True
    """
    text = body.decode("utf-8", "replace")
    kept = _IDLE.sub(lambda found: found[1] or " ", text)
    return re.sub(" +", " ", kept).strip()


@dataclass(frozen=True, slots=True)
class Terminal:
    """One terminal of the grammar: its kind, its text and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Dataset:
    """The dataset that a query asks for.

    Args:
        default: graphs that make up the default graph.
        named: named graphs.
        rest: the query without the clauses that say so, for who says it in another way.
    """

    default: tuple[str, ...]
    named: tuple[str, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a query before it runs.

    Args:
        text: the query to hand to the engine.
        form: its form.
        dataset: the graphs of FROM, and those of FROM NAMED, as full IRIs; None where it has
            neither, so that the union is meant.
        says_service: whether the letters occur anywhere, in a string for example; then the
            engine is asked whether they are the keyword to it.
    """

    text: str
    form: Form
    dataset: Dataset | None
    says_service: bool


def read(text: str, known: Mapping[str, str] | None = None, base: str | None = None) -> Reading:
    """Read a query: find its form and dataset, refuse what may not run.

    Args:
        text: a SPARQL 1.1 query.
        known: prefixes that it need not declare.
        base: IRI that its relative IRIs are resolved against.

    Raises:
        QueryProblem: it is an update, uses SERVICE, is too long (query-refused), or does
            not begin like a query (query-syntax, with line and column).

    >>> read("PREFIX service: <http://example.org/> ASK { ?service service:x 'LOAD' }").form
    'ask'
    """
    if len(text) > LONGEST:
        raise QueryProblem(
            "query-refused",
            Text(
                zh=f"查询过长：{len(text)} 个字符，上限为 {LONGEST}",
                en=f"the query is too long: {len(text)} characters, at most {LONGEST}",
            ),
            Text(zh="分成几个较短的查询", en="split it into shorter queries"),
        )
    plain = _PLAIN.match(text)
    if plain is not None and not _is_notable(text.lower()):
        return Reading(text, _FORMS[plain.group(1).upper()], dataset=None, says_service=False)
    text = _resolve_escapes(text)
    tokens = (token for token in terminals(text) if token.kind != "space")
    prefixes: dict[str, str] = {**(known or {}), _BASE_NAME: base or ""}
    keyword = _after_prologue(tokens, prefixes) or Terminal("end", "", len(text))
    word = keyword.text.upper()
    if keyword.kind == "word" and word in _UPDATES:
        raise _no_update(word)
    if keyword.kind != "word" or word not in _FORMS:
        raise _no_query(text, keyword)
    letters = text.lower()
    says_service = "service" in letters
    clauses: list[_Clause] = []
    dataset = None
    # Most queries have neither word in them, and need not be read to their end.
    if says_service or "from" in letters:
        rest = list(tokens)
        for token in rest:
            if token.kind == "word" and token.text.upper() == "SERVICE":
                raise no_service(*position(text, token.start))
        clauses = list(_dataset(rest))
        if clauses:
            named = [(clause.named, _iri(clause.graph, prefixes)) for clause in clauses]
            dataset = Dataset(
                tuple(dict.fromkeys(iri for is_named, iri in named if not is_named)),
                tuple(dict.fromkeys(iri for is_named, iri in named if is_named)),
                _without(text, clauses),
            )
    return Reading(
        text=_without_repeats(text, clauses, prefixes),
        form=_FORMS[word],
        dataset=dataset,
        says_service=says_service,
    )


def _is_notable(lower: str) -> bool:
    """Whether there may be anything in a query to refuse, to resolve or to blank out."""
    return "service" in lower or "from" in lower or "\\u" in lower


def terminals(text: str) -> Iterator[Terminal]:
    """The terminals of the text, in order and without gaps, spaces and comments included.

    Kinds: space, string, iri, variable, name (prefixed), blank, tag, number, word
    (a bare keyword or boolean), escape (outside of strings and IRIs), other.
    """
    for match in _TERMINAL.finditer(text):
        kind = match.lastgroup or "other"
        if kind != "words":
            yield Terminal(kind, match.group(), match.start())
            continue
        # A prefix may have dots inside, a keyword ends at one.
        start = match.start()
        for part in re.split(r"(\.)", match.group()):
            if part:
                yield Terminal("other" if part == "." else "word", part, start)
                start += len(part)


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, both from 1, in characters."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def bind(text: str, values: Mapping[str, Term]) -> str:
    """A SELECT or ASK query with values for some of its variables.

    They are joined as VALUES at the head of the WHERE group, so that a value can never
    be read as a part of the query.

    Args:
        text: the query.
        values: the value of each variable, by its name without ``?``.

    Raises:
        QueryProblem: there is no WHERE group, or a value is a blank node.
    """
    if not values:
        return text
    for name, term in values.items():
        if isinstance(term, ox.BlankNode) or not re.fullmatch(rf"{_CHARS}+", name):
            raise QueryProblem(
                "query-binding",
                Text(zh=f"变量 {name} 不能绑定为 {term}", en=f"{name} cannot be bound to {term}"),
            )
    head = " ".join("?" + name for name in values)
    row = " ".join(str(term) for term in values.values())
    clause = f" VALUES ({head}) {{ ({row}) }} "
    depth = 0
    for token in terminals(text):
        if token.kind == "other" and token.text in "()":
            depth += 1 if token.text == "(" else -1
        if token.kind == "other" and token.text == "{" and depth == 0:
            return text[: token.end] + clause + text[token.end :]
    raise QueryProblem(
        "query-binding", Text(zh="查询没有 WHERE 部分", en="the query has no WHERE group")
    )


def no_service(line: int | None = None, column: int | None = None) -> QueryProblem:
    """The error for a query that wants another server asked."""
    place = Text(zh="", en="")
    if line is not None:
        place = Text(zh=f"（第 {line} 行第 {column} 列）", en=f" (line {line}, column {column})")
    return QueryProblem(
        "query-refused",
        Text(
            zh=f"不执行 SERVICE{place.zh}：查询不得访问其他服务器",
            en=f"SERVICE is not run{place.en}: a query may not reach other servers",
        ),
        Text(
            zh="删去 SERVICE 部分；所需数据须在本知识库内",
            en="remove the SERVICE part; only data of this knowledge base can be asked",
        ),
        line=line,
        column=column,
    )


def _no_update(word: str) -> QueryProblem:
    return QueryProblem(
        "query-refused",
        Text(
            zh=f"{word} 会改动数据；这里只接受查询。数据来自规划文件和填报的报表",
            en=f"{word} would change data; only queries are run here. "
            "Data comes from the plan files and from submitted reports",
        ),
        Text(
            zh="改用 SELECT、ASK、CONSTRUCT 或 DESCRIBE；要更改数据，请修改规划文件或提交报表",
            en="use SELECT, ASK, CONSTRUCT or DESCRIBE; to change data, edit the plan files "
            "or submit a report",
        ),
        keyword=word,
    )


def _no_query(text: str, found: Terminal) -> QueryProblem:
    line, column = position(text, found.start)
    shown = found.text[:40]
    what = (
        Text(zh=f"出现的是“{shown}”", en=f"found “{shown}”")
        if shown
        else Text(zh="查询到此为止", en="the query ends here")
    )
    return QueryProblem(
        "query-syntax",
        Text(
            zh=f"查询第 {line} 行第 {column} 列：此处应为 SELECT、ASK、CONSTRUCT 或 DESCRIBE，"
            f"{what.zh}",
            en=f"line {line}, column {column} of the query: SELECT, ASK, CONSTRUCT or DESCRIBE "
            f"belongs here, {what.en}",
        ),
        Text(
            zh="PREFIX 和 BASE 之后以这四个词之一开头",
            en="after PREFIX and BASE, a query begins with one of the four",
        ),
        line=line,
        column=column,
    )


def _resolve_escapes(text: str) -> str:
    """Codepoint escapes outside of strings and IRIs resolved (SPARQL 1.1, section 19.2).

    The engine resolves those inside itself, and knows no others.
    """
    if "\\u" not in text.lower():
        return text
    return "".join(
        _character(token) if token.kind == "escape" else token.text for token in terminals(text)
    )


def _character(token: Terminal) -> str:
    number = int(token.text[2:], 16)
    surrogate = 0xD800 <= number <= 0xDFFF
    return token.text if number > 0x10FFFF or surrogate else chr(number)


def _after_prologue(tokens: Iterator[Terminal], prefixes: dict[str, str]) -> Terminal | None:
    """The first terminal after BASE, PREFIX and VERSION; collects the prefixes and the base."""
    for token in tokens:
        word = token.text.upper() if token.kind == "word" else ""
        if word in ("BASE", "VERSION"):
            iri = next(tokens, None)
            if word == "BASE" and iri is not None:
                prefixes[_BASE_NAME] = urljoin(prefixes.get(_BASE_NAME, ""), iri.text[1:-1])
        elif word == "PREFIX":
            name, iri = next(tokens, None), next(tokens, None)
            if name is not None and iri is not None:
                prefixes[name.text[:-1]] = urljoin(prefixes.get(_BASE_NAME, ""), iri.text[1:-1])
        else:
            return token
    return None


@dataclass(frozen=True, slots=True)
class _Clause:
    """A dataset clause: FROM, or FROM NAMED, and a graph."""

    named: bool
    start: int
    graph: Terminal


def _dataset(tokens: list[Terminal]) -> Iterator[_Clause]:
    for at, token in enumerate(tokens[:-1]):
        if token.kind == "word" and token.text.upper() == "FROM":
            named = tokens[at + 1].text.upper() == "NAMED"
            graph = tokens[at + 1 + named] if at + 1 + named < len(tokens) else token
            if graph.kind in ("iri", "name"):
                yield _Clause(named, token.start, graph)


def _iri(graph: Terminal, prefixes: Mapping[str, str]) -> str:
    """The full IRI of a graph; as it stands there where its prefix is not known."""
    if graph.kind == "name":
        prefix, _, local = graph.text.partition(":")
        return prefixes.get(prefix, prefix + ":") + re.sub(r"\\(.)", r"\1", local)
    return urljoin(prefixes.get(_BASE_NAME, ""), graph.text[1:-1])


def _without_repeats(text: str, clauses: list[_Clause], prefixes: Mapping[str, str]) -> str:
    """The query with a graph that is named again blanked out.

    A dataset is a set of graphs (SPARQL 1.1, section 13.2), but the engine counts the
    triples of a graph as often as FROM names it.
    """
    seen = set()
    again = []
    for clause in clauses:
        key = (clause.named, _iri(clause.graph, prefixes))
        if key in seen:
            again.append(clause)
        seen.add(key)
    return _without(text, again)


def _without(text: str, clauses: list[_Clause]) -> str:
    """The query with these clauses blanked out; all else stays in its place."""
    for clause in clauses:
        gone = re.sub(r"[^\n\r]", " ", text[clause.start : clause.graph.end])
        text = text[: clause.start] + gone + text[clause.graph.end :]
    return text
