"""The knowledge base as a file: the same data gives the same bytes, always.

Knows RDF syntaxes; must not know what the data says, nor where it comes from.
"""

from kb.export.dataset import FORMATS, Kind, export, write_file

__all__ = ["FORMATS", "Kind", "export", "write_file"]
