"""General ability: lm-evaluation-harness (EleutherAI) run against the served models, before and after training.

Forgetting is measured, not assumed: every benchmark gets a row, every model a column. The harness is an extra of this
package (``pip install 'metarfft[general]'``), and among the pinned requirements.
"""

from __future__ import annotations

import json
import os
from statistics import mean
from typing import Any

from metarfft.config import Config
from metarfft.serve.models import Model, adapted_models, starting_models
from metarfft.tracking import stage_run

Scores = dict[str, dict[str, float]]  # task, and in it "metric,filter" to value


def general(config: Config) -> dict[str, Scores]:
    """Scores of the starting and the adapted models, by model; also in ``report/general.json`` and in MLflow.

    A model whose scores are there, of the same weights and settings, is not run again.

    Raises:
        RuntimeError: the harness is not installed, knows no such task, or the models cannot be served.
    """
    try:
        from lm_eval.tasks import TaskManager
    except ImportError:
        raise RuntimeError("lm-evaluation-harness is not installed: pip install 'metarfft[general]'") from None
    settings = config.evaluate.general
    manager = TaskManager(include_path=settings.folder)
    if unknown := [task for task in settings.tasks if not manager.match_tasks([task])]:
        raise RuntimeError(f"lm-evaluation-harness has no task {unknown[0]}; its command `lm_eval ls tasks` lists them")
    file = config.root / "report" / "general.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    models = [*starting_models(config), *_adapted(config)]
    told = settings.model_dump(mode="json")
    done = {m.name: known[m.name] for m in models if known.get(m.name, {}).get("of") == [m.base, m.digest, told]}
    todo = [model for model in models if model.name not in done]
    if todo:
        from metarfft.serve.app import serving  # Ray and vLLM, once there is something to serve

        file.parent.mkdir(parents=True, exist_ok=True)
        with stage_run(config, "general", {"general": told}) as run, serving(config, todo) as url:
            for model in todo:
                scores = _scores(config, url, model, manager)
                done[model.name] = {"of": [model.base, model.digest, told], "scores": scores}
                file.write_text(json.dumps(known | done, indent=1) + "\n")
                run.log_metrics(
                    {f"general.{model.name}.{t}.{_plain(m)}": v for t, by in scores.items() for m, v in by.items()}
                )
            run.log_file(file, "report")
    return {model.name: done[model.name]["scores"] for model in models}


def _adapted(config: Config) -> list[Model]:
    try:
        return adapted_models(config)
    except FileNotFoundError:
        return []


def _scores(config: Config, url: str, model: Model, manager: Any) -> Scores:
    from lm_eval import simple_evaluate
    from transformers import AutoTokenizer

    settings = config.evaluate.general
    print(f"{model.name}: {', '.join(settings.tasks)}", flush=True)
    os.environ.setdefault("OPENAI_API_KEY", "none")
    found = simple_evaluate(
        model="local-completions",
        model_args={
            "model": model.name,
            "base_url": f"{url}/completions",
            "tokenizer": model.base,
            "tokenizer_backend": "huggingface",
            "num_concurrent": config.evaluate.concurrency,
            "max_length": config.serve.max_model_len,
            "timeout": int(config.evaluate.timeout),
        },
        tasks=list(settings.tasks),
        num_fewshot=settings.shots,
        limit=settings.limit,
        apply_chat_template=bool(AutoTokenizer.from_pretrained(model.base).chat_template),
        task_manager=manager,
        log_samples=False,
        bootstrap_iters=0,
    )
    assert found is not None
    return {
        task: {
            metric: float(value) for metric, value in row.items() if isinstance(value, float) and "stderr" not in metric
        }
        for task, row in found["results"].items()
    }


def _plain(metric: str) -> str:
    """A metric's name as MLflow takes it."""
    return metric.replace(",", ".")


def table(scores: dict[str, Scores]) -> str:
    """The scores as a Markdown table: a column a model, that of an adaptation the mean of its seeds."""
    models: dict[str, list[Scores]] = {}
    for name, one in scores.items():
        models.setdefault(name.partition("/seed-")[0], []).append(one)
    rows = list(dict.fromkeys((task, metric) for by in scores.values() for task, one in by.items() for metric in one))
    lines = [f"| benchmark | {' | '.join(models)} |", f"| --- | {' | '.join('---' for _ in models)} |"]
    for task, metric in rows:
        seeds = ([by[task][metric] for by in own if metric in by.get(task, {})] for own in models.values())
        cells = (f"{mean(values):.3f}" if values else "–" for values in seeds)
        lines.append(f"| {task} {metric.split(',')[0]} | {' | '.join(cells)} |")
    return "\n".join(lines)
