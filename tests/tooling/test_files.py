"""No file of the project tells of the machine that it was written on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

OWN = {".venv", ".git", "build", "dist", "__pycache__", ".hypothesis"}


def files(root: Path) -> list[Path]:
    found = (path for path in root.rglob("*") if path.is_file())
    return [
        path
        for path in found
        if not any(part in OWN or part.endswith("_cache") for part in path.relative_to(root).parts)
        and path.name != ".venv.lock"
    ]


def index_hosts() -> set[str]:
    """The hosts that pip asks on this machine, where it was told any."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    words = told.replace("'", " ").split()
    return {host for word in words if (host := urlsplit(word).hostname)}


def test_no_file_names_this_checkout_this_python_or_a_package_index(root: Path) -> None:
    # Short ones such as /app would be found everywhere.
    own = {str(root), str(root.parent), sys.base_prefix} - {"/usr", "/usr/local"}
    told = {text for text in own | index_hosts() if len(text) > 7}
    for path in files(root):
        content = path.read_bytes()
        for text in told:
            assert text.encode() not in content, f"{path.relative_to(root)} names {text}"
