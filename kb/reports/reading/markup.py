"""XML read from front to end: no document type, no entities, nothing fetched.

Must not know what the elements mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.parsers import expat

from kb.reports.reading.broken import broken, refused

#: Attributes by local name; of two that differ in their namespace only, the last one.
Attributes = Mapping[str, str]


def walk(
    data: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Call back for each element, by local name, and for the text in between.

    Raises:
        FileProblem: it is no XML, or has a document type declaration.
    """
    # Expat itself never opens anything; without a declaration there are no entities to expand.
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.ordered_attributes = True
    local: dict[str, str] = {}

    def name_of(name: str) -> str:
        known = local.get(name)
        if known is None:
            known = local[name] = name.rpartition(" ")[2]
        return known

    def started(name: str, attributes: list[str]) -> None:
        names = [name_of(each) for each in attributes[::2]]
        start(name_of(name), dict(zip(names, attributes[1::2], strict=True)))

    def declared(*_: object) -> None:
        raise refused(
            "xml-entities",
            "文件的 XML 含有文档类型声明，可能是攻击",
            "the XML of the file declares a document type, which may be an attack",
        )

    parser.StartElementHandler = started
    parser.EndElementHandler = lambda name: end(name_of(name))
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError) as error:
        raise broken("XML") from error
