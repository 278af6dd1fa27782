"""Runs work on a rule from outside in a process of its own, with limits on time and memory: the third wall."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

from metarfft.rules import RuleError

SECONDS = 10  # of processor time
WAIT = 3  # times as long on a clock: other work on the machine is not the rule's fault
MEMORY = 1 << 30  # bytes of address space beside what the process has


def run(work: Callable[[], Any], seconds: int = SECONDS, memory: int = MEMORY) -> Any:
    """The JSON value that ``work()`` returns, from a child process with the given limits.

    Raises:
        RuleError: the rule is bad, or takes more time or memory than allowed.
        RuntimeError: metarfft itself failed.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _child(work, write, seconds, memory)
    os.close(write)
    answer = b""
    try:
        while select.select([read], [], [], WAIT * seconds)[0]:
            chunk = os.read(read, 1 << 16)
            if not chunk:
                break
            answer += chunk
        else:
            os.kill(child, signal.SIGKILL)
    finally:
        os.close(read)
    _, status = os.waitpid(child, 0)
    if not answer:
        limit = "memory" if os.WIFEXITED(status) else f"time ({seconds} s)"
        raise RuleError(f"the rule takes more {limit} than it is allowed")
    result = json.loads(answer)
    if "error" in result:
        raise RuleError(result["error"])
    if "internal" in result:
        raise RuntimeError(
            f"a fault of metarfft, not of the rule; please report it with the rule:\n{result['internal']}"
        )
    return result["value"]


def _child(work: Callable[[], Any], write: int, seconds: int, memory: int) -> None:
    """Never returns: the child must not run any of its parent's code."""
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        memory += _taken()  # what is loaded already is not the rule's
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        try:
            result = {"value": work()}
        except RuleError as error:
            result = {"error": str(error)}
        except RecursionError:
            result = {"error": "the rule or its input is nested too deeply"}
        except MemoryError:
            raise
        except Exception:
            result = {"internal": traceback.format_exc()}
        with os.fdopen(write, "wb") as pipe:
            pipe.write(json.dumps(result).encode())
        status = 0
    except MemoryError:
        pass
    finally:
        sys.stdout.flush()
        os._exit(status)


def _taken() -> int:
    """Bytes of address space that this process has: with PyTorch in it, some gigabytes."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:  # elsewhere than on Linux
        return 0
