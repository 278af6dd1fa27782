"""Tasks and their registry. A task is a rule, a sampler and question texts; all else is derived from the rule."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import pkgutil
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from random import Random
from typing import Any, Literal

Source = Literal["leetcode", "nupa", "bbh", "symbolic", "practical"]
Split = Literal["pretrain", "downstream"]
Group = Literal["pretrain", "downstream", "leetcode", "practical"]  # see `select`
OWN_TASKS = "METARFFT_TASKS"  # environment variable: folders of task files beside those of the package


class UnknownTaskError(ValueError):
    """No task has this id; the message is one line."""


@dataclass(frozen=True)
class Task:
    """One task.

    Args:
        id: unique name, e.g. ``nupa_add``.
        rule: a function in the rule language; its source is what models read.
        sample: ``sample(length, rng)`` returns the rule's arguments by name.
        questions: two or more texts with a ``{parameter}`` place for every argument.
        source: the collection that the problem comes from.
        split: ``pretrain`` or ``downstream`` (never seen in RF-pretraining).
        length_is: what the length of an input counts.
        description: what the rule computes, in a line.
        min_length, max_length: the lengths that the task can have (``max_length`` None: any).
        background: what the question needs but does not say, such as written regulations; prompts without the rule
            (scratchpad, direct) begin with it.
        unroll: write the rule's lines that hide a loop (``sorted``, ``sum``, ``x in items``) as loops.
    """

    id: str
    rule: Callable[..., Any]
    sample: Callable[[int, Random], dict[str, Any]]
    questions: tuple[str, ...]
    source: Source
    split: Split
    length_is: str
    description: str
    min_length: int = 1
    max_length: int | None = None
    background: str = ""
    unroll: bool = False

    @cached_property
    def rule_source(self) -> str:
        """Source text of the rule, dedented."""
        return textwrap.dedent(inspect.getsource(self.rule))

    def has_length(self, length: int) -> bool:
        """Whether the task has inputs of this length."""
        return self.min_length <= length and (self.max_length is None or length <= self.max_length)


@cache
def all_tasks() -> dict[str, Task]:
    """Every task of the package ``tasks`` and of the folders in METARFFT_TASKS, by id, in the order of their files.

    Raises:
        ValueError: two files define the same id, or a file in METARFFT_TASKS defines no task.
    """
    package = importlib.import_module("tasks")
    found: dict[str, Task] = {}
    modules = [m.name for m in pkgutil.walk_packages(package.__path__, "tasks.") if not m.ispkg]
    for place, task in [*((name, importlib.import_module(name).TASK) for name in modules), *_own_tasks()]:
        if task.id in found:
            raise ValueError(f"two tasks are called {task.id}: the second is {place}")
        found[task.id] = task
    return found


def _own_tasks() -> Iterator[tuple[str, Task]]:
    for folder in filter(None, os.environ.get(OWN_TASKS, "").split(os.pathsep)):
        if not Path(folder).is_dir():
            raise ValueError(f"{OWN_TASKS}: {folder} is not a folder")
        for file in sorted(Path(folder).glob("[!_]*.py")):
            spec = importlib.util.spec_from_file_location(f"own_tasks.{file.stem}", file)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            try:
                spec.loader.exec_module(module)
                task = module.TASK
            except Exception as error:
                raise ValueError(f"{file} is not a task file: {type(error).__name__}: {error}") from error
            if not isinstance(task, Task):
                raise ValueError(f"{file}: TASK must be a metarfft.tasks.Task")
            yield str(file), task


def get(task_id: str) -> Task:
    """The task with this id.

    Raises:
        UnknownTaskError: there is none; the message names ids that are close.
    """
    tasks = all_tasks()
    if task_id in tasks:
        return tasks[task_id]
    import difflib

    close = difflib.get_close_matches(task_id, tasks, n=3, cutoff=0.4)
    hint = f"; did you mean {', '.join(close)}?" if close else "; `metarfft tasks` lists them"
    raise UnknownTaskError(f"no task is called {task_id!r}{hint}")


def select(tasks: list[str] | Group) -> list[Task]:
    """The tasks of a group (a split; "leetcode", the pretraining tasks of that source; "practical", which are in no
    split's group), or those with the given ids."""
    if not isinstance(tasks, str):
        return [get(task_id) for task_id in tasks]
    if tasks == "practical":
        return [task for task in all_tasks().values() if task.source == tasks]
    split, source = ("pretrain", tasks) if tasks == "leetcode" else (tasks, None)
    chosen = [task for task in all_tasks().values() if task.split == split and task.source != "practical"]
    return [task for task in chosen if source in (None, task.source)]
