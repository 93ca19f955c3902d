"""The Flask app alone, for servers that take WSGI: ``tests.bench.wsgi:app``.

PLANKB_BENCH_ENGINE is the socket of a running engine. Must not know which server it is.
"""

from __future__ import annotations

import os

from kb import settings
from server.app import create_app
from server.knowledge import Knowledge

_CHOSEN = settings.load()
app = create_app(_CHOSEN, Knowledge.at(os.environ["PLANKB_BENCH_ENGINE"], "bench", _CHOSEN))
