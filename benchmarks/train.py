"""Training speed: our loop under Ray Train and DeepSpeed, beside a bare PyTorch loop and TRL's SFTTrainer.

    python benchmarks/train.py [--model models/tiny/base] [--steps 30] [--batch 16] [--rounds 3] [--only metarfft bare]

All train the whole model with AdamW in float32 (bfloat16 on a GPU) on the same samples, those of lc_283 in style
`indexed` at lengths 1-15, packed into rows of ``--tokens`` tokens. The contenders take turns for ``--rounds`` rounds,
each in a process of its own; a round's figure is the tokens a second over the steps after the first five. The bare loop
packs the same rows and calls the same attention: what it lacks is Ray, DeepSpeed, validation, logging and checkpoints.
`loop` is ours without Ray and MLflow.
TRL (where `trl` is installed) packs by its own default strategy.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from metarfft.config import Config

UNTIMED = 5  # steps at the start that are not counted, and steps from one log to the next
ROWS = 4000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="models/tiny/base")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=list(CONTENDERS), default=list(CONTENDERS), help="contenders")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: all cores")
    parser.add_argument("--gpus", type=int, choices=[0, 1], default=0)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--contender", choices=list(CONTENDERS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contender:
        print(json.dumps(CONTENDERS[arguments.contender](arguments)))
        return
    with tempfile.TemporaryDirectory() as folder:
        data(Path(folder))
        speeds: dict[str, list[float]] = {name: [] for name in arguments.only}
        for turn in range(arguments.rounds):
            for name in arguments.only:
                command = [sys.executable, __file__, *sys.argv[1:], "--folder", f"{folder}/{turn}", "--contender", name]
                done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "DATA": folder})
                if done.returncode:
                    print(f"{name}: {done.stderr.strip().splitlines()[-1]}")
                    continue
                speeds[name].append(json.loads(done.stdout.strip().splitlines()[-1]))
                print(f"round {turn + 1}: {name:10} {speeds[name][-1]:10,.0f} tokens/s", flush=True)
    if not speeds.get("metarfft"):
        sys.exit("nothing to compare with: metarfft itself was not run, or failed")
    ours = statistics.median(speeds["metarfft"])
    for name, each in speeds.items():
        if each:
            speed = statistics.median(each)
            print(f"{name:10} {speed:10,.0f} tokens/s; metarfft / {name}: {ours / speed:.2f}")


def data(folder: Path) -> None:
    """The samples as the platform stores them, and as TRL takes them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from metarfft.data.shards import ROWS as SCHEMA
    from metarfft.samples import make_sample, to_row

    rows = [to_row(make_sample("lc_283", 1 + n % 15, 0, n, style="indexed")) for n in range(ROWS)]
    (folder / "rows").mkdir()
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    pq.write_table(table, folder / "rows" / "part-00000.parquet", row_group_size=500)
    with (folder / "trl.jsonl").open("w") as out:
        for row in rows:
            out.write(json.dumps({"prompt": row["prompt"], "completion": row["response"]}) + "\n")


def config(arguments: argparse.Namespace) -> Config:
    """The experiment with the benchmark's settings."""
    train = {
        "steps": arguments.steps, "batch_size": arguments.batch, "micro_batch_tokens": arguments.tokens,
        "learning_rate": 1e-4, "schedule": "constant", "log_every": UNTIMED, "checkpoint_every": 10**6,
        "precision": "bf16" if arguments.gpus else "fp32",
        "cpus_per_worker": arguments.threads, "gpus_per_worker": arguments.gpus,
    }  # fmt: skip
    model = {"base": str(Path(arguments.model).resolve())}
    return Config.model_validate({"name": "speed", "output": str(arguments.folder), "model": model, "pretrain": train})


def metarfft(arguments: argparse.Namespace) -> float:
    """A stage under Ray Train and DeepSpeed, as the jobs run it; its own log has the speed of each step."""
    from metarfft.tracking import tracking_uri
    from metarfft.train.plan import Stage
    from metarfft.train.ray import train

    chosen = config(arguments)
    out = chosen.root / "model"
    stage = Stage("speed", out, out, chosen.pretrain, 0, chosen.model.base, data=Path(os.environ["DATA"], "rows"))
    train(chosen, [stage])
    import mlflow

    client = mlflow.MlflowClient(tracking_uri(chosen))
    (experiment,) = client.search_experiments(filter_string="name = 'speed'")
    (run,) = [run for run in client.search_runs([experiment.experiment_id]) if run.data.tags.get("stage") == "speed"]
    tokens = {point.step: point.value for point in client.get_metric_history(run.info.run_id, "tokens")}
    speeds = {point.step: point.value for point in client.get_metric_history(run.info.run_id, "tokens_per_second")}
    logged = [step for step in sorted(speeds) if step > UNTIMED]
    each = [tokens[step] - tokens[before] for before, step in zip([UNTIMED, *logged], logged, strict=False)]
    return sum(each) / sum(count / speeds[step] for count, step in zip(each, logged, strict=True))


def loop(arguments: argparse.Namespace) -> float:
    """The same stage in this process: our loop and DeepSpeed without Ray and MLflow, to tell their shares apart."""
    import torch

    from metarfft.train import stage as training
    from metarfft.train.plan import Stage

    chosen = config(arguments)
    out = chosen.root / "model"
    stage = Stage("speed", out, out, chosen.pretrain, 0, chosen.model.base, data=Path(os.environ["DATA"], "rows"))
    torch.set_num_threads(chosen.pretrain.cpus_per_worker)
    marks: list[tuple[float, int]] = []
    training.run(stage, on_metrics=lambda state, figures: marks.append((state.seconds, state.tokens)))
    (begun, before), (ended, after) = marks[0], marks[-1]
    return (after - before) / (ended - begun)


def bare(arguments: argparse.Namespace) -> float:
    """The same steps in plain PyTorch."""
    import torch
    import torch.nn.functional as F
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from metarfft.data.packing import collate, pack
    from metarfft.data.stream import SampleStream
    from metarfft.train.model import packed_attention

    chosen = config(arguments)
    device = "cuda" if arguments.gpus else "cpu"
    torch.set_num_threads(chosen.pretrain.cpus_per_worker)
    net: Any = AutoModelForCausalLM.from_pretrained(arguments.model, attn_implementation=packed_attention())
    net = net.float().to(device).train()
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    rows, longest = Path(os.environ["DATA"], "rows"), chosen.pretrain.context_length
    stream = SampleStream(rows, tokenizer, batch_size=arguments.batch, seed=0, context_length=longest)
    steps = torch.optim.AdamW(net.parameters(), lr=1e-4, betas=chosen.pretrain.betas)
    tokens, begun = 0, 0.0
    for step in range(arguments.steps):
        if step == UNTIMED:
            tokens, begun = 0, time.perf_counter()
        batches = [collate(row) for row in pack(stream.step(step).samples, arguments.tokens)]
        targets = sum(batch.learnt for batch in batches)
        for batch in batches:
            batch = batch.to(device)
            with torch.autocast(device, torch.bfloat16, enabled=bool(arguments.gpus)):
                logits = net(**batch.inputs, use_cache=False).logits[0]
            loss = F.cross_entropy(logits.float(), batch.targets, reduction="sum") / targets
            loss.backward()
            tokens += batch.tokens
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        steps.step()
        steps.zero_grad()
        loss.item()
    return tokens / (time.perf_counter() - begun)


def trl(arguments: argparse.Namespace) -> float:
    """TRL's SFTTrainer on the same samples, packed."""
    import datasets
    import torch
    from transformers import AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    torch.set_num_threads(arguments.threads)
    rows = datasets.load_dataset("json", data_files=f"{os.environ['DATA']}/trl.jsonl", split="train")
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    mean = statistics.mean(len(tokenizer(r["prompt"] + r["completion"])["input_ids"]) + 1 for r in rows)
    rows_a_step = max(1, round(mean * arguments.batch / arguments.tokens))  # packed rows of about as many tokens
    marks: list[tuple[float, int]] = []

    class Timer(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            marks.append((time.perf_counter(), state.num_input_tokens_seen))

    settings = SFTConfig(
        output_dir=str(arguments.folder / "trl"), max_steps=arguments.steps, per_device_train_batch_size=1,
        gradient_accumulation_steps=rows_a_step, max_length=arguments.tokens, packing=True, learning_rate=1e-4,
        lr_scheduler_type="constant", report_to=[], save_strategy="no", bf16=bool(arguments.gpus),
        use_cpu=not arguments.gpus, gradient_checkpointing=False, include_num_input_tokens_seen=True, disable_tqdm=True,
    )  # fmt: skip
    trainer = SFTTrainer(
        arguments.model, args=settings, train_dataset=rows, processing_class=tokenizer, callbacks=[Timer()]
    )
    trainer.train()
    (begun, before), (ended, after) = marks[UNTIMED - 1], marks[-1]
    return (after - before) / (ended - begun)


CONTENDERS = {"metarfft": metarfft, "loop": loop, "bare": bare, "trl": trl}

if __name__ == "__main__":
    main()
