"""How the command line speaks: its language, its messages, its progress.

Must not know what is said.
"""

from __future__ import annotations

import locale
import os
import sys

import click

from kb.text import Language


def language() -> Language:
    """The language of messages: ``PLANKB_LANG``, else the locale's, else English."""
    chosen = os.environ.get("PLANKB_LANG", "")
    if not chosen:
        chosen = next(
            (
                os.environ[name]
                for name in ("LC_ALL", "LC_MESSAGES", "LANG")
                if os.environ.get(name)
            ),
            locale.getlocale()[0] or "",
        )
    return "zh" if chosen.lower().startswith("zh") else "en"


def say(text: str) -> None:
    """A message, to stderr."""
    click.echo(text, err=True)


def either(zh: str, en: str) -> str:
    """The one of two texts that is in the language of messages."""
    return zh if language() == "zh" else en


def progress(text: str) -> None:
    """What is being done now, on one line of a terminal; nothing when piped."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()
