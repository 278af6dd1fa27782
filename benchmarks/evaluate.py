"""The sweep's throughput beside vLLM's own offline generation on the same prompts, and whether all engines agree.

    python benchmarks/evaluate.py [--model models/tiny/pretrained] [--samples 10] [--threads 1] [--local 24]

The questions are those of two tasks at lengths 5, 10, 20 and 30, ``--samples`` of each, in style `indexed`. Contenders,
each in a process of its own, its start not timed: the sweep through the project's Serve application, as it is and with
`serve.speculate`; the same sweep against vLLM's own server started apart from Ray; `vllm.LLM.generate` on the same
token ids and limits, as it is, without prefix caching, and with n-gram speculation; transformers on ``--local`` of the
questions. Tokens are output tokens.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from metarfft.config import Config
from metarfft.evaluate import sweep
from metarfft.evaluate.engines import Completions, Engine, Local, Question
from metarfft.evaluate.results import results_file
from metarfft.serve.models import Model

TASKS, LENGTHS, PORT = ("sr_coin_flip", "lc_485"), (5, 10, 20, 30), 8123
GUESSED = 4  # tokens at a time
Texts = dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="models/tiny/pretrained")
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1, help="of vLLM on CPU")
    parser.add_argument("--local", type=int, default=24)
    parser.add_argument("--only", nargs="*", choices=list(CONTENDERS), default=list(CONTENDERS), help="contenders")
    parser.add_argument("--gpus", type=int, choices=[0, 1], default=0)
    parser.add_argument("--contender", choices=list(CONTENDERS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contender:
        tokens, seconds, texts = CONTENDERS[arguments.contender](arguments)
        (arguments.folder / f"{arguments.contender}.json").write_text(json.dumps([tokens, seconds, texts]))
        return
    results: dict[str, tuple[int, float, Texts]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.only:
            command = [sys.executable, __file__, *sys.argv[1:], "--contender", name, "--folder", folder]
            environment = {**os.environ, "OMP_NUM_THREADS": str(arguments.threads), "VLLM_LOGGING_LEVEL": "ERROR"}
            environment |= {} if arguments.gpus else {"VLLM_CPU_OMP_THREADS_BIND": "nobind"}
            done = subprocess.run(command, capture_output=True, text=True, env=environment)
            if done.returncode:
                print(f"{name}: failed: {(done.stderr.strip().splitlines() or ['without a word'])[-1]}")
                continue
            results[name] = tuple(json.loads(Path(folder, f"{name}.json").read_text()))
            tokens, seconds, texts = results[name]
            speed = f"{tokens:8,} tokens {seconds:7.1f} s {tokens / seconds:8,.0f} tokens/s"
            print(f"{name:16} {len(texts):5} answers {speed}", flush=True)
    if not (reference := results.get("offline")):
        sys.exit("nothing to compare with: offline was not run, or failed")
    for name, (tokens, seconds, texts) in results.items():
        ratio = (tokens / seconds) / (reference[0] / reference[1])
        same = sum(reference[2][key] == text for key, text in texts.items())
        print(f"{name} / offline: {ratio:.2f}; the same text in {same} of {len(texts)} answers")


def config(arguments: argparse.Namespace, speculate: int = 0) -> Config:
    """The experiment with the benchmark's settings."""
    serve = {"port": PORT, "max_model_len": 8192, "enforce_eager": True, "cpus_per_replica": arguments.threads}
    serve |= {"speculate": speculate}
    serve |= {} if arguments.gpus else {"dtype": "float32"}
    return Config.model_validate(
        {
            "name": "engines",
            "output": str(arguments.folder),
            "model": {"tiny": {}},
            "serve": {**serve, "gpus_per_replica": arguments.gpus},
            "evaluate": {"concurrency": 64},
        }
    )


def questions(arguments: argparse.Namespace) -> list[Question]:
    from metarfft.samples import make_sample

    model = Model("model", str(Path(arguments.model).resolve()), method="rfft")
    rows = [
        make_sample(task, length, 0, index, style="indexed", split="evaluate")
        for length in LENGTHS
        for task in TASKS
        for index in range(arguments.samples)
    ]
    return [Question(model, row, "") for row in rows]


def swept(arguments: argparse.Namespace, engine: Engine, asked: list[Question]) -> tuple[int, float, Texts]:
    chosen = config(arguments)
    results_file(chosen).unlink(missing_ok=True)
    began = time.perf_counter()
    failures = sweep.ask(chosen, {asked[0].model.base: engine}, asked)
    seconds = time.perf_counter() - began
    if failures:
        sys.exit(f"{failures} questions failed")
    rows = [json.loads(line) for line in results_file(chosen).read_text().splitlines()]
    texts = {f"{row['task']} {row['length']} {row['index']}": row["text"] for row in rows}
    return sum(row["output_tokens"] for row in rows), seconds, texts


def tokenizer(arguments: argparse.Namespace) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(arguments.model)


def by_serve(arguments: argparse.Namespace, speculate: int = 0) -> tuple[int, float, Texts]:
    from metarfft.serve.app import serving

    chosen, asked = config(arguments, speculate), questions(arguments)
    with serving(chosen, [asked[0].model]) as url:
        swept(arguments, Completions(url, chosen, tokenizer(arguments)), asked[:4])
        return swept(arguments, Completions(url, chosen, tokenizer(arguments)), asked)


def by_server(arguments: argparse.Namespace) -> tuple[int, float, Texts]:
    chosen, asked = config(arguments), questions(arguments)
    with vllm_serve(arguments) as url:
        swept(arguments, Completions(url, chosen, tokenizer(arguments)), asked[:4])
        return swept(arguments, Completions(url, chosen, tokenizer(arguments)), asked)


@contextmanager
def vllm_serve(arguments: argparse.Namespace) -> Iterator[str]:
    import httpx

    # What `vllm serve` runs; the command itself looks for a package named vllm, and the CPU build is called vllm-cpu.
    command = [sys.executable, "-m", "vllm.entrypoints.launchers.api_server.entry", "--model", arguments.model]
    command += ["--served-model-name", "model", "--port", str(PORT + 1)]
    command += ["--max-model-len", "8192", "--enforce-eager", "--generation-config", "vllm"]
    command += [] if arguments.gpus else ["--dtype", "float32", "--kv-cache-memory-bytes", str(2**30)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{PORT + 1}/v1"
    try:
        while True:
            if server.poll() is not None:
                raise RuntimeError(f"the server ended by itself, with status {server.returncode}")
            try:
                httpx.get(f"{url}/models").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.5)
        yield url
    finally:
        server.terminate()
        server.wait()


def offline(arguments: argparse.Namespace, **options: Any) -> tuple[int, float, Texts]:
    from vllm import LLM, SamplingParams

    from metarfft.evaluate.engines import prompt_and_limit

    chosen, asked, made = config(arguments), questions(arguments), tokenizer(arguments)
    options |= {} if arguments.gpus else {"dtype": "float32", "kv_cache_memory_bytes": 2**30}
    engine = LLM(arguments.model, max_model_len=8192, enforce_eager=True, generation_config="vllm", seed=0, **options)
    prompts, limits = zip(*(prompt_and_limit(chosen, made, question.row) for question in asked), strict=True)
    settings = [
        SamplingParams(temperature=0.0, max_tokens=limit, seed=0, spaces_between_special_tokens=False)
        for limit in limits
    ]
    given: Any = [{"prompt_token_ids": ids} for ids in prompts]
    engine.generate(given[:4], settings[:4], use_tqdm=False)
    began = time.perf_counter()
    outputs = engine.generate(given, settings, use_tqdm=False)
    seconds = time.perf_counter() - began
    keys = [f"{question.row['task']} {question.row['length']} {question.row['index']}" for question in asked]
    texts = {key: output.outputs[0].text for key, output in zip(keys, outputs, strict=True)}
    return sum(len(output.outputs[0].token_ids) for output in outputs), seconds, texts


def by_transformers(arguments: argparse.Namespace) -> tuple[int, float, Texts]:
    asked = questions(arguments)
    step = max(1, len(asked) // arguments.local)
    engine = Local(asked[0].model.base, [asked[0].model], config(arguments), tokenizer(arguments))
    return swept(arguments, engine, asked[::step])


CONTENDERS = {
    "offline": offline,
    "serve": by_serve,
    "serve n-gram": lambda arguments: by_serve(arguments, speculate=GUESSED),
    "vllm server": by_server,
    "no prefix cache": lambda arguments: offline(arguments, enable_prefix_caching=False),
    "n-gram": lambda arguments: offline(
        arguments,
        speculative_config={
            "method": "ngram",
            "num_speculative_tokens": GUESSED,
            "prompt_lookup_max": 4,
            "prompt_lookup_min": 2,
        },
    ),
    "transformers": by_transformers,
}

if __name__ == "__main__":
    main()
