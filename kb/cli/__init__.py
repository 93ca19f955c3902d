"""The command line. Data goes to stdout, messages to stderr.

Exit status: 0 done, nothing to report; 1 done, something to report; 2 unusable input;
3 a fault of plankb itself. Loads only what the called command needs. Must not know how
anything is found or checked.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.metadata import entry_points

import click

from kb.cli.output import language, say
from kb.errors import PlankbError

#: Command, and the module that holds it.
_OWN = {
    "ask": "kb.cli.asking",
    "query": "kb.cli.querying",
    "audit": "kb.cli.auditing",
    "check": "kb.cli.checking",
    "spans": "kb.cli.checking",
    "why": "kb.cli.telling",
    "review": "kb.cli.telling",
    "codes": "kb.cli.telling",
    "export": "kb.cli.querying",
    "ledger": "kb.cli.ledgering",
    "token": "kb.cli.tokens",
    "reports": "kb.cli.reporting",
    "template": "kb.cli.forms",
}


class _Commands(click.Group):
    """Loads a command when it is called; those of other packages by entry point."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded now."""
        if cmd_name in _OWN:
            command: click.Command = getattr(import_module(_OWN[cmd_name]), cmd_name)
            return command
        for point in entry_points(group="plankb.commands", name=cmd_name):
            command = point.load()
            assert isinstance(command, click.Command)
            return command
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, without loading anything."""
        others = entry_points(group="plankb.commands").names
        return sorted({*super().list_commands(ctx), *_OWN, *others})


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="plankb")
def commands() -> None:
    """A rule-based knowledge base of a policy plan. / 基于规则的政策规划知识库。"""


def main() -> None:
    """Run a command; every error is a message and an exit status, never a traceback."""
    try:
        # Without its standalone mode, click returns the status that a command exits with.
        status = commands.main(standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except BrokenPipeError:
        # The reader went away; Python would complain again while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except PlankbError as error:
        say(error.render(language()))
        sys.exit(error.exit_status)
    except Exception as error:
        if os.environ.get("PLANKB_DEBUG"):
            raise
        if language() == "zh":
            say(f"plankb 自身出错：{type(error).__name__}: {error}\n设 PLANKB_DEBUG=1 可看详情")
        else:
            say(
                f"plankb itself failed: {type(error).__name__}: {error}\n"
                "set PLANKB_DEBUG=1 to see more, and please report it"
            )
        sys.exit(3)
