"""Closed-class words: what a language uses to ask, from ``queries/language/*.yaml``.

Must not know any plan, nor how words are found in a question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from kb.errors import FileProblem
from kb.plan import knowledge
from kb.text import Text

#: What a word does in a question; each is explained in the language files.
Role: TypeAlias = Literal[
    "filler",
    "general",
    "foreign",
    "regarding",
    "particle",
    "background",
    "speaker",
    "yes-no",
    "which",
    "kind-of",
    "now",
    "who",
    "quantity",
    "people",
    "pieces",
    "counting",
    "share",
    "define",
    "cite",
    "exists",
    "and",
    "or",
    "both",
    "not",
    "except",
    "beyond",
    "only",
    "each",
    "compare",
    "differ",
    "common",
    "sum",
    "mean",
    "most",
    "least",
    "largest",
    "smallest",
    "more",
    "fewer",
    "descending",
    "ascending",
    "limit",
    "agree",
    "more-than",
    "at-least",
    "less-than",
    "at-most",
    "from",
    "about",
    "exactly",
    "what-about",
    "those",
    "pair",
    "gap",
    "help",
    "judgement",
    "progress",
    "year",
    "behind",
    "missing",
    "on-track",
    "reached",
]
_ROLES = get_args(Role)
#: How the names of files end whose fillers are words of general use: they say little, and
#: many of them together say that something is asked that is not understood.
_GENERAL = "-general"
#: Words of other fields: they are known to be words, and nothing else of them is.
FOREIGN: Role = "foreign"
#: Entries that are not roles.
_ENDINGS = "person-endings"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of all languages together: a question may mix them.

    Args:
        roles: phrases of each role.
        person_endings: how words for groups of people end, by language.
    """

    roles: Mapping[Role, tuple[str, ...]]
    person_endings: Mapping[str, tuple[str, ...]]


@cache
def read(folder: Path | None = None) -> Words:
    """Read every language file of the folder.

    Raises:
        FileProblem: not YAML, or a role that does not exist.
    """
    import yaml  # a start with the vocabulary at hand reads no language file

    folder = folder or knowledge.root() / "queries" / "language"
    roles: dict[Role, list[str]] = {role: [] for role in _ROLES}
    endings: dict[str, tuple[str, ...]] = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(folder.glob("*.yaml")):
        try:
            content = yaml.load(knowledge.read_text(path), Loader=loader)  # noqa: S506 - safe
        except yaml.YAMLError as error:
            raise _problem(path, f"{error}") from error
        for name, phrases in (content or {}).items():
            if name == _ENDINGS and _phrases(phrases):
                endings[path.stem] = tuple(phrases)
            elif name in roles and _phrases(phrases):
                roles[name] += phrases
                if name == "filler" and path.stem.endswith(_GENERAL):
                    roles["general"] += phrases
            else:
                raise _problem(path, name)
    return Words({role: tuple(phrases) for role, phrases in roles.items()}, endings)


def _phrases(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(phrase, str) for phrase in value)


def _problem(path: Path, what: str) -> FileProblem:
    return FileProblem(
        "language-file",
        Text(zh=f"{path}：语言文件有误：{what}", en=f"{path}: not a language file: {what}"),
        Text(
            zh=f"每项为词语列表（数字加引号），可用的项：{'、'.join(_ROLES)}",
            en=f"each entry is a list of phrases (quote numbers); entries are {', '.join(_ROLES)}",
        ),
        file=str(path),
    )
