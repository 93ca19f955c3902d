"""What was made once and is kept in the cache folder, with its digest; only a matter of time.

A file that was cut or altered counts as none, and so does a folder that cannot be read or
written. Must not know what is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kb.settings import Settings


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of the cache folder.

    Args:
        path: of the file; its name tells everything that its content was made from.
    """

    path: Path

    @classmethod
    def of(cls, settings: Settings, name: str) -> Kept:
        """The file of this name in the folder that is set, else in the user's (XDG)."""
        folder = settings.cache
        if folder is None:
            home = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
            # A user without a home has no cache either; the path then cannot be written.
            with contextlib.suppress(RuntimeError):
                home = home.expanduser()
            folder = home / "plankb" if home.is_absolute() else Path(os.devnull) / "plankb"
        return cls(folder / name)

    def read(self) -> bytes | None:
        """What was written; None where nothing was, or something else is there now."""
        try:
            first, _, body = self.path.read_bytes().partition(b"\n")
        except (OSError, RuntimeError):
            return None
        return body if first == b"# " + hashlib.sha256(body).hexdigest().encode() else None

    def write(self, body: bytes) -> None:
        """Keep it, in one step."""
        with contextlib.suppress(OSError, RuntimeError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=".kept-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(b"# " + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
                Path(name).replace(self.path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
