"""The process around a command: what an interrupt does, and a standard output that takes no more.

It imports next to nothing, so that it is in place before anything that takes time.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

FAULT, OS_ERROR, INTERRUPTED = 70, 74, 130
# An answer, and a negative one.
ANSWERED = (0, 1)


class InterruptError(BaseException):
    """Ctrl+C. No KeyboardInterrupt, which the parser of the command line answers with a line of its own."""


def guarded(command: Callable[[], int]) -> int:
    """The exit code of a command that runs as the whole process: it leaves nothing for the interpreter to say."""
    signal.signal(signal.SIGINT, _interrupt)
    try:
        code = command()
    except InterruptError:
        code = complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        code = 0
    except OSError as error:
        code = complain(f"standard output: {reason(error)}", OS_ERROR)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The interpreter would look through all objects at its end, a sixth of a short command's time; the memory goes back
    # with the process.
    gc.freeze()
    return _flushed(code)


def complain(message: str, code: int = 2) -> int:
    """One line on standard error, where there is one; returns the exit code."""
    line = " ".join(str(message).split())
    text = "gpuplan: " + "".join(c if c.isprintable() else "?" for c in line)[:600]
    if sys.stderr is None:  # closed before the process began; `print` would take standard output instead
        return code
    try:
        print(text, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        _drop(2)
    return code


def reason(error: OSError) -> str:
    """What the operating system says, in short."""
    return error.strerror or str(error) or type(error).__name__


def _interrupt(number: int, frame: FrameType | None) -> None:
    """An import that is broken off may fail as something else, and holds nothing: the process ends at once."""
    here = frame
    while here is not None:
        if here.f_code.co_filename.startswith("<frozen importlib"):
            complain("interrupted")
            os._exit(INTERRUPTED)
        here = here.f_back
    raise InterruptError


def _flushed(code: int) -> int:
    """The exit code once standard output is written; where it cannot be, the interpreter must not try again."""
    if sys.stdout is None:
        # It was closed before the process began, so that no answer was written.
        return complain("standard output: is closed", OS_ERROR) if code in ANSWERED else code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop(1)
    except OSError as error:
        _drop(1)
        return code if code == OS_ERROR else complain(f"standard output: {reason(error)}", OS_ERROR)
    return code


def _drop(stream: int) -> None:
    """What is left in the buffer of a standard stream goes nowhere."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream)
    os.close(nothing)
