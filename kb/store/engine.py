"""The engine process: it alone owns the workers, the queues and all limits.

``python -m kb.store.engine`` reads one frame from its standard input (its folder and its
limits), loads the data that the folder names, then answers on a Unix socket there until it is told
to stop or its standard input ends, which is when its owner is gone.
One thread, one loop; it holds no data itself (:mod:`kb.store.keeper` does).
Must not know who asks, nor what the data is about.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from kb.errors import PlankbError
from kb.store import folder
from kb.store.frames import Frame, Header, Inbox
from kb.store.front import Front
from kb.store.messages import of_error

_CHUNK = 2**16


def _first_frame(source: int) -> Frame:
    inbox = Inbox()
    while (frame := inbox.take()) is None:
        data = os.read(source, _CHUNK)
        if not data:
            raise SystemExit(0)
        inbox.feed(data)
    return frame


def main() -> None:
    """Run the engine as the order on standard input says; see the module's text."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to act on
    order = _first_frame(0).header
    place = Path(order["folder"])
    engine = None
    try:
        engine = Front(order, folder.listen(folder.socket_in(place, order["name"])))
        engine.start()
        gc.freeze()
        gc.set_threshold(20_000)  # a query leaves next to no cycles behind
        _say({"ready": True})
        engine.run(parent=0)
    except PlankbError as error:
        _say({"error": of_error(error)})
        raise SystemExit(error.exit_status) from None
    finally:
        if engine is not None:
            engine.close()
    # Not where it failed: its owner starts another one in this folder then.
    shutil.rmtree(place, ignore_errors=True)


def _say(header: Header) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(header) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
