"""The command ``saegim``: the client's verbs always, and those of what joins it (``saegim.joined``).

How it ends: 0 done, 1 it says why not, 2 wrong use, 130 stopped by Ctrl-C or by a no.
"""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Sequence
from importlib import metadata
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

from saegim import patience
from saegim.dataset_commands import datasets, diff
from saegim.failures import in_words, is_ours, keep_trace
from saegim.joined import WORKBENCH, joined
from saegim.unknown_settings import UnknownSetting

__all__ = ["app", "datasets", "main"]
PYTHONS_FORMAT = warnings.formatwarning
NEEDS_WORKBENCH = ("run", "up", "down", "status", "doctor", "ledger", "ingest", "models", "label", "import", "sources")


class StoppedByPerson(Exception):
    """A person has stopped the command: by Ctrl-C, or by a no where it asks."""


class CommandGroup(TyperGroup):
    """All commands. typer itself says what is wrong with how one is called; how a person stops one is told by ``main``."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command that was asked for.

        Raises:
            StoppedByPerson: in place of what typer would end the process for without our sentence.
        """
        try:
            return super().invoke(ctx)
        except (typer.Abort, KeyboardInterrupt, EOFError) as error:
            raise StoppedByPerson from error


app = typer.Typer(cls=CommandGroup, no_args_is_help=True, add_completion=False, rich_markup_mode=None,
                  context_settings={"help_option_names": ["-h", "--help"]})  # of all commands below it too
app.add_typer(datasets, name="datasets")


def _say_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"saegim {metadata.version('saegim')}, {'the workbench' if WORKBENCH in joined() else 'the client'}\n")
        raise typer.Exit


@app.callback()
def options(version: Annotated[bool, typer.Option("--version", callback=_say_version, is_eager=True,
                                                  help="Say which version this is, and stop.")] = False) -> None:
    """Saegim: from photographs to dataset releases.

    Example:  saegim datasets list
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command and ends the process.

    Args:
        arguments: what stands behind ``saegim``; of this process where left out.
    """
    signal.signal(signal.SIGINT, _interrupt)
    warnings.formatwarning = _as_a_line
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _join(given)
        app(given)
    except (StoppedByPerson, KeyboardInterrupt):
        _end("stopped; run the same again to go on", 130)
    except (SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # Rust's panics are no Exception
        # The sentence is all there is to say of what we raise by ourselves; what a library said is in the traceback.
        kept = keep_trace(error) if error.__cause__ or not is_ours(error) or hasattr(error, "kept_in") else None
        _end(in_words(error) + (f"\n  the traceback is in {kept}" if kept else ""), 1)
    sys.exit(0)


def _join(given: Sequence[str]) -> None:
    """Adds the commands of what is installed beside the client; without a workbench, says what needs one."""
    others = joined()
    for join in others.values():
        join(app)
    if WORKBENCH in others:
        return
    datasets.command("diff")(diff)  # the workbench has its own, which compares any two
    if given and given[0] in NEEDS_WORKBENCH:
        _end(f"`saegim {given[0]}` belongs to the workbench, and only the client is installed here. "
             "Clone the repository and run `make demo` in it.", 1)


def _as_a_line(message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None) -> str:
    """A warning of ours as a sentence for people; others with their place, as Python shows them."""
    if issubclass(category, UnknownSetting):
        return f"saegim: {message}\n"
    return PYTHONS_FORMAT(message, category, filename, lineno, line)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    patience.stop()  # threads that wait for a service would hold the process
    raise KeyboardInterrupt


def _end(message: str, code: int) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(f"saegim: {message}", markup=False, highlight=False)
    sys.exit(code)


if __name__ == "__main__":
    main()
