"""``plankb serve``: the web service on this machine.

Must not know what is served.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import replace
from pathlib import Path

import click

from kb.errors import InputError
from kb.text import Text

_OTHER_PORT = Text(
    "用 --port 另选端口，或停止占用它的程序", "take another --port, or stop what uses it"
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address. / 监听地址。")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port. / 端口。"
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False, writable=True),
    help="Folder for what it is given; wins over PLANKB_DATA. / 数据目录，优先于 PLANKB_DATA。",
)
def serve(host: str, port: int, data: Path | None) -> None:
    """Serve the pages, the API and the SPARQL endpoint. / 启动网络服务。"""
    bound = _bind(host, port)  # before anything slow: a port in use is said at once
    with bound:
        _serve(bound, data)


def _serve(bound: socket.socket, data: Path | None) -> None:
    from kb import settings
    from server import logs, running
    from server.knowledge import Knowledge

    chosen = settings.load()
    if data is not None:
        chosen = replace(chosen, data=data)
    logs.install()
    host, port = bound.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    knowledge = Knowledge.start(chosen)

    def ready() -> None:
        click.echo(f"plankb serves on http://{shown}:{port}", err=True)

    running.run(bound, chosen, knowledge, ready)


def _bind(host: str, port: int) -> socket.socket:
    """A socket bound to the address.

    Raises:
        InputError: it is in use, not allowed, or no address of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        used = error.errno == errno.EADDRINUSE
        raise InputError(
            "address",
            Text(
                f"无法监听 {host}:{port}：{'端口已被占用' if used else error.strerror}",
                f"cannot serve on {host}:{port}: "
                + ("the port is in use" if used else str(error.strerror)),
            ),
            Text(
                "用 --port 另选端口，或停止占用它的程序",
                "take another --port, or stop what uses it",
            )
            if used
            else Text("检查 --host 和 --port", "check --host and --port"),
            host=host,
            port=port,
        ) from error
    return bound
