"""Tokens a second of served small models: adapters beside their bases, against a deployment for each merged model.

    python benchmarks/serve.py [--bases 2] [--adapters 3] [--rank 64] [--requests 256] [--tokens 600] [--merged]

The models have random weights and the shape of `jobs/configs/tiny.yaml`; every request makes all its tokens. Starting
the engines is timed apart.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import httpx
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from metarfft.config import Config
from metarfft.serve.app import serving
from metarfft.serve.models import Model
from metarfft.train.pieces import default_pieces
from metarfft.train.tokenizer import build_tokenizer

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
PROMPT = 200  # tokens


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bases", type=int, default=2)
    parser.add_argument("--adapters", type=int, default=3, help="for each base; 0: the bare bases")
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--requests", type=int, default=256)
    parser.add_argument("--tokens", type=int, default=600, help="output tokens of a request")
    parser.add_argument("--concurrency", type=int, default=64, help="requests in flight for each base")
    parser.add_argument("--merged", action="store_true", help="merge every adapter into a model of its own")
    parser.add_argument("--compile", action="store_true", help="torch.compile in vLLM")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    serve = {"port": arguments.port, "max_model_len": 8192, "enforce_eager": not arguments.compile}
    with tempfile.TemporaryDirectory() as folder:
        config = Config.model_validate({"name": "benchmark", "output": folder, "model": {"tiny": {}}, "serve": serve})
        models = [model for number in range(arguments.bases) for model in make(Path(folder), number, arguments)]
        started = time.perf_counter()
        with serving(config, models) as url:
            print(f"{len(models)} models up after {time.perf_counter() - started:.0f} s")
            for requests, tokens in ((8, 8), (arguments.requests, arguments.tokens)):  # the first warms up
                began = time.perf_counter()
                asyncio.run(ask(url, models, requests, tokens, arguments.concurrency))
                seconds = time.perf_counter() - began
                rate = requests * tokens / seconds
                print(f"{requests} requests of {tokens} tokens: {seconds:.1f} s, {rate:.0f} tokens/s")


def make(folder: Path, number: int, arguments: argparse.Namespace) -> list[Model]:
    """A random base and its adapters, as models to serve."""
    tokenizer = build_tokenizer(default_pieces())
    torch.manual_seed(number)
    shape = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=128, intermediate_size=384, num_hidden_layers=4, num_attention_heads=4,
        max_position_embeddings=8192, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    base = folder / f"base-{number}"
    LlamaForCausalLM(shape).save_pretrained(base)
    tokenizer.save_pretrained(base)
    models = []
    for index in range(arguments.adapters):
        lora = LoraConfig(r=arguments.rank, target_modules=LINEAR, init_lora_weights=False, task_type="CAUSAL_LM")
        adapter = base / f"adapter-{index}"
        get_peft_model(AutoModelForCausalLM.from_pretrained(base), lora).save_pretrained(adapter)
        whole = base / f"merged-{index}"
        if arguments.merged:
            merged = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), adapter).merge_and_unload()
            merged.save_pretrained(whole)
            tokenizer.save_pretrained(whole)
        name = f"model-{number}-{index}"
        models.append(Model(name, str(whole)) if arguments.merged else Model(name, str(base), adapter))
    return models or [Model(f"model-{number}", str(base))]


async def ask(url: str, models: list[Model], requests: int, tokens: int, concurrency: int) -> None:
    """Model by model within each base, as the sweep does."""
    queues: dict[str, list[Model]] = {}
    for model in models:
        queues.setdefault(model.base, []).extend([model] * (requests // len(models)))

    async def work(queue: list[Model]) -> None:
        while queue:
            body = {"model": queue.pop(0).name, "prompt": [7] * PROMPT, "max_tokens": tokens, "ignore_eos": True}
            (await client.post("completions", json=body)).raise_for_status()

    async with httpx.AsyncClient(base_url=url, timeout=3600, limits=httpx.Limits(max_connections=None)) as client:
        await asyncio.gather(*(work(queue) for queue in queues.values() for _ in range(concurrency)))


if __name__ == "__main__":
    main()
