"""``plankb query`` and ``plankb export``: the knowledge base for SPARQL and for taking home."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb import settings, terms
from kb.cli import given, stocked
from kb.errors import InputError
from kb.settings import Settings
from kb.text import Text

if TYPE_CHECKING:
    from kb.store.interface import Result

_PATH = click.Path(path_type=Path, allow_dash=True)


@click.command()
@click.option("--format", "format_", default="table", help="table json xml csv tsv ttl nt jsonld …")
@click.option("-q", "text", help="The query itself. / 查询文本。")
@click.argument("file", type=_PATH, required=False)
@stocked.with_data
def query(format_: str, text: str | None, file: Path | None, data: Path | None) -> None:
    """Run a SPARQL 1.1 query: -q TEXT, a FILE, or - for standard input. / 运行查询。

    The prefixes of the knowledge base need not be declared. A query is stopped at its
    deadline (PLANKB_QUERY_SECONDS); SERVICE, LOAD and updates are refused. With PLANKB_STORE
    it is put to that endpoint. With --data, PLANKB_DATA or PLANKB_LEDGER the reports that were
    accepted are part of what is asked.
    """
    if (text is None) == (file is None):
        raise InputError(
            "query-missing",
            Text(zh="需要一个查询，且只能有一个", en="one query is needed, and one only"),
            Text(zh="用 -q 文本、文件名或 - 给出", en="give it as -q TEXT, a FILE, or -"),
        )
    chosen = stocked.chosen(settings.load(), data)
    result = _run(chosen, (text if file is None else given.read(file)) or "", format_)
    sys.stdout.buffer.write(result.body)
    if result.body and not result.body.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def _run(chosen: Settings, text: str, format: str) -> Result:
    # Loaded after the arguments are known to be usable.
    from kb.store.embedded import EmbeddedStore
    from kb.store.guard import GuardedStore, run_guarded
    from kb.store.interface import Limits

    store = EmbeddedStore(terms.prefixes(chosen.base))
    if chosen.store:
        from kb.store.remote import RemoteStore

        with RemoteStore.of(chosen, GuardedStore(store, Limits.of(chosen))) as remote:
            return remote.query(text, format=format)
    stock = stocked.Stocked.of(chosen)
    store.load(stock.data, stock.revision)
    return run_guarded(store, text, format=format, limits=Limits.of(chosen))


@click.command()
@click.option("--format", "format_", default="trig", help="trig ttl nq nt jsonld")
@click.option("-o", "out", type=click.Path(path_type=Path), help="File to write. / 输出文件。")
@stocked.with_data
def export(format_: str, out: Path | None, data: Path | None) -> None:
    """Export the whole knowledge base; the same content gives the same bytes. / 导出。

    With --data, PLANKB_DATA or PLANKB_LEDGER the reports that were accepted are part of it.
    """
    from kb.export import dataset

    chosen = stocked.chosen(settings.load(), data)
    body = dataset.export(stocked.Stocked.of(chosen).quads, format_, terms.prefixes(chosen.base))
    if out is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
    else:
        dataset.write_file(out, body)
