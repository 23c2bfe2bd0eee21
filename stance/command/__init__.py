"""The command line: `stance label`, `train`, `evaluate`, `codebook`, `corpus`.

Importing this package imports click and nothing else of weight: what a command needs is imported when it runs.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

import click

from stance.command.codebook import codebook
from stance.command.corpus import corpus
from stance.command.evaluate import evaluate
from stance.command.label import label
from stance.command.output import tell
from stance.command.train import train

__all__ = ["cli", "main"]

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130


def _version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    import stance
    from stance import core

    path = f"core ({core.instructions()})" if core.available() else f"plain Python: {core.why_not()}"
    click.echo(f"stance {stance.__version__}, {path}")
    context.exit()


class _Commands(click.Group):
    """Ends with 0 where whoever reads has read enough, as in `stance label FILE | head`; click would end with 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _forget_stdout()
            return 0


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
    help="Print the version and what computes: the compiled core, or plain Python and why.",
)  # fmt: skip
@click.option("--traceback", is_flag=True, help="Show where in the code an error arose.")
def cli(traceback: bool) -> None:
    """What a text claims, sentence by sentence, in whose voice, and where it stands toward each actor it names.

    Exit codes: 0, all done; 1, the job or a part of it failed; 2, wrong use.
    """


for _command in (label, train, evaluate, codebook, corpus):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0, 1 for a failed job, 2 for wrong use. An error is one message on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        sys.exit(_run(given))


def _run(arguments: list[str]) -> int:
    try:
        code: Any = cli.main(arguments, prog_name="stance", standalone_mode=False)
        if sys.stdout is not None:  # None where the shell closed it
            sys.stdout.flush()
    except click.UsageError as error:
        if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # click 8.2 and later
            error.show()
            return WRONG_USE
        hint = f" (see `{error.ctx.command_path} --help`)" if error.ctx else ""
        tell("error", f"{error.format_message()}{hint}")
        return WRONG_USE
    except click.ClickException as error:
        tell("error", error.format_message())
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        tell("error", "interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # by the last flush
        _forget_stdout()
        return 0
    except (ImportError, OSError, TypeError, ValueError) as error:  # StanceError is a ValueError
        if "--traceback" in arguments:
            raise
        tell("error", _message(error))
        return FAILED
    return code if isinstance(code, int) else 0


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename is not None else error.strerror
    return str(error) or type(error).__name__


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    tell("warning", str(message))


def _forget_stdout() -> None:
    """Let what is still to be written go nowhere, so that the interpreter does not complain at its end."""
    with suppress(OSError, ValueError):  # stdout may be no file, as in tests
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
