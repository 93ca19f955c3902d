"""What a follow-up question needs of the questions before it, as a text that anyone may hold.

The text is the logical form of the last answered question, and of the one before; nothing is
kept on this side. Whoever sends it back may have changed it: only forms that the parser itself
could have made of this graph are taken, anything else is no context. Must not know words.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from kb.ask import form as forms
from kb.ask.form import (
    About,
    Compare,
    Count,
    CountEach,
    Describe,
    Either,
    Figure,
    NotStated,
    Numbered,
    Question,
    Related,
    Set,
)
from kb.ask.lexicon import Lexicon
from kb.terms import OWL

#: The longest text that is read or written, and the largest number in one.
_LONGEST, _LARGEST = 6000, 1e15
_CLASSES: Mapping[str, type] = {
    name: value
    for name, value in vars(forms).items()
    if isinstance(value, type) and is_dataclass(value)
}
#: What may not be empty, by class.
_NEEDED = {
    About: "topics",
    Figure: "bounds",
    Either: "groups",
    Compare: "entities",
    NotStated: "kinds",
}


@dataclass(frozen=True, slots=True)
class Context:
    """The questions before.

    Args:
        last: the last one that was answered; none at the beginning.
        earlier: the one before it.
    """

    last: Question | None = None
    earlier: Question | None = None

    def then(self, question: Question) -> Context:
        """The context after a further answer."""
        plain = Question(question.form, question.manner)
        if self.last is not None:
            found = forms.members_of(self.last.form)
            if plain.form in (self.last.form, Count(found) if found else None):
                return self  # how many, or where it stands, of what was found before
        return Context(plain, self.last)

    def written(self, revision: str, base: str) -> str:
        """The context as a text; the earlier question is left out where it grows too long."""
        for earlier in (self.earlier, None):
            content = {"of": revision, "last": _plain(self.last), "earlier": _plain(earlier)}
            text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
            short = text.replace(base, "~").encode()
            found = base64.urlsafe_b64encode(short).decode().rstrip("=")
            if len(found) <= _LONGEST:
                return found
        return Context().written(revision, base)


def read(text: str | None, revision: str, base: str, lexicon: Lexicon) -> Context:
    """The context of a text; an empty one where it is none of this revision's.

    Args:
        text: as it came; from anyone.
        revision: of the graph.
        base: base IRI in force.
        lexicon: of the graph.
    """
    if not text or len(text) > _LONGEST:
        return Context()
    try:
        # Unpadded and strict: what is not exactly what was written is not read.
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        content = json.loads(packed.decode().replace("~", base))
        if not isinstance(content, dict) or content.get("of") != revision:
            return Context()
        last, earlier = (_made(content.get(name), lexicon) for name in ("last", "earlier"))
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError, binascii.Error):
        return Context()
    return Context(last, earlier)


def _plain(value: object) -> object:
    """A form as JSON has it: its class and the fields that are not as usual."""
    if is_dataclass(value) and not isinstance(value, type):
        content: dict[str, object] = {"is": type(value).__name__}
        for field in fields(value):
            own = getattr(value, field.name)
            if own != field.default:
                content[field.name] = _plain(own)
        return content
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _made(content: object, lexicon: Lexicon) -> Question | None:
    if content is None:
        return None
    question = _value(content)
    if not isinstance(question, Question) or not _fits(question, Question):
        raise ValueError(content)
    if question.aside or question.instead is not None:
        raise ValueError(content)
    _check(question.form, lexicon)
    return question


def _value(content: object) -> Any:
    if isinstance(content, list):
        return tuple(_value(item) for item in content)
    if isinstance(content, dict):
        own = {name: _value(item) for name, item in content.items() if name != "is"}
        return _CLASSES[content["is"]](**own)
    return content


# --- whether it could have been made here ---------------------------------------------------


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _fits(value: object, hint: Any) -> bool:
    """Whether a value is of a type, inside too."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return isinstance(value, str) and value in args
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in args)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        each = [args[0]] * len(value) if args[-1] is Ellipsis else list(args)
        return len(each) == len(value) and all(map(_fits, value, each))
    if hint in (int, float):
        number = isinstance(value, int if hint is int else int | float)
        return number and not isinstance(value, bool) and _sane(value)
    if is_dataclass(hint):
        return type(value) is hint and all(
            _fits(getattr(value, field.name), _hints(hint)[field.name]) for field in fields(hint)
        )
    return value is None if hint is type(None) else type(value) is hint


def _sane(value: Any) -> bool:
    return abs(value) < _LARGEST and math.isfinite(value)


def _check(part: object, lexicon: Lexicon) -> None:
    """Raise ValueError where a part of a form means nothing in this graph."""
    for node in _nodes(part):
        name = _NEEDED.get(type(node))
        if name and not getattr(node, name):
            raise ValueError(node)
        for iri in _iris(node):
            if iri not in lexicon.things:
                raise ValueError(iri)
        if isinstance(node, Related) and bool(node.entities) == (node.within is not None):
            raise ValueError(node)
        if isinstance(node, Set):
            _check_set(node, lexicon)
        if isinstance(node, CountEach) and not lexicon.relates(node.each.kind, node.counted.kind):
            raise ValueError(node)
        if isinstance(node, Describe) and node.entity not in lexicon.things:
            raise ValueError(node)


def _check_set(members: Set, lexicon: Lexicon) -> None:
    kind, provision = members.kind, lexicon.provision
    if kind != provision and OWL + "Class" not in lexicon.things[kind].kinds:
        raise ValueError(kind)
    for item in members.filters:
        for one in (
            [one for group in item.groups for one in group] if isinstance(item, Either) else [item]
        ):
            if isinstance(one, Related) and not _relates(kind, one, lexicon):
                raise ValueError(one)
            if isinstance(one, Numbered) and not lexicon.relates(kind, one.kind):
                raise ValueError(one)


def _relates(kind: str, item: Related, lexicon: Lexicon) -> bool:
    if item.within is not None:
        other = item.within.kind
        if lexicon.schema.is_a(other, kind):
            return True
        others = lexicon.provisions if other == lexicon.provision else {other}
        return kind != lexicon.provision and any(lexicon.relates(kind, one) for one in others)
    if kind == lexicon.provision:
        return True
    return all(lexicon.is_a(iri, kind) or lexicon.linked(kind, iri) for iri in item.entities)


def _nodes(part: object) -> Iterator[object]:
    """A form and everything in it."""
    if isinstance(part, tuple):
        for item in part:
            yield from _nodes(item)
    elif is_dataclass(part) and not isinstance(part, type):
        yield part
        for field in fields(part):
            yield from _nodes(getattr(part, field.name))


def _iris(node: Any) -> Iterator[str]:
    """The IRIs that stand in the fields of a node itself."""
    for field in fields(node):
        hint, value = _hints(node.__class__)[field.name], getattr(node, field.name)
        if hint is str and not (value == "" and field.default is not MISSING):
            yield value
        elif hint == tuple[str, ...]:
            yield from value
