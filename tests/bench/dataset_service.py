"""``plankb serve`` with more data than the plan's: ``python -m tests.bench.dataset_service FILE``.

FILE has N-Quads; the plan's are among them. Must not know what is measured.
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from pathlib import Path

from kb import settings
from kb.ask.vocabulary import Vocabulary
from kb.plan import graph
from server import logs, running
from server.knowledge import Checked, Knowledge
from server.reported import Served


def main(file: Path) -> None:
    """Serve the file on a free port, and say on which."""
    chosen = settings.load()
    logs.install()
    built = graph.build(chosen)
    own = Path(shutil.copy(file, tempfile.mkdtemp()))  # the engine takes it away
    checked = Checked(Served("bench"), own, Vocabulary.read(built.select, built.base))
    knowledge = Knowledge.of(checked.start(chosen), "bench", chosen, checked.vocabulary)
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"

    def ready() -> None:
        print(f"plankb serves on {address}", file=sys.stderr, flush=True)

    running.run(bound, chosen, knowledge, ready)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
