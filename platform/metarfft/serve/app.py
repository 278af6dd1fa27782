"""The Ray Serve application: a vLLM deployment for each set of weights, its LoRA adapters beside it, one OpenAI API.

Ray Serve's own LoRA support reads adapters from cloud storage only. Here vLLM loads local ones when it starts
(``lora_modules``), and Ray's ingress is told that their names, too, are answered by that deployment.
"""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

from ray import serve
from ray.llm._internal.common.callbacks.base import CallbackBase
from ray.llm._internal.serve.core.configs.openai_api_models import to_model_metadata
from ray.serve.llm import LLMConfig, build_llm_deployment
from ray.serve.llm.ingress import OpenAiIngress, make_fastapi_ingress

from metarfft.cluster import connect, worker_environment
from metarfft.config import Config, Serve
from metarfft.hardware import fast_bf16
from metarfft.serve.models import Model

APPLICATION = "metarfft"
_REQUESTS = 64  # requests in flight that one replica is meant for; with more, another one is started
_START_CPUS = 2  # the ingress, and one for whatever else runs
_LOGGING = {"log_level": "WARNING", "enable_access_log": False}  # not two lines for each request


class LocalReplica(CallbackBase):
    """What a replica need not have: a download of its weights from a cloud mirror, and on CPU a worker of its own."""

    async def on_before_node_init(self) -> None:
        from ray.llm._internal.serve.engines.vllm import vllm_models

        self.ctx.run_init_node = False
        # Ray asks for vLLM's multi-process executor on CPU. One worker needs none: the engine would talk to it through
        # shared memory, both ends polling, which takes a core.
        vllm_models.EXECUTOR_BACKEND_MP = "uni"


class ServeError(RuntimeError):
    """The application cannot be started; the message is one line."""


@contextmanager
def serving(config: Config, models: list[Model]) -> Iterator[str]:
    """Serve ``models`` while the block runs; gives the API's base URL, which ends in ``/v1``.

    Every name answers once the block begins. ``/-/healthz`` beside ``/v1`` tells the health of the HTTP proxy, and Ray
    restarts a replica whose engine has died.

    Raises:
        ServeError: the port is taken, an adapter cannot be served, or a deployment fails.
    """
    settings = config.serve
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    groups = _by_weights(models)
    connect(cpus=len(groups) * settings.replicas[1] * settings.cpus_per_replica + _START_CPUS)
    configs = [_llm_config(settings, base, found) for base, found in groups.items()]
    shared = bool(serve.status().proxies)  # someone else's Serve, with its own port
    if not shared:
        _check_port(settings)
        serve.start(http_options={"host": settings.host, "port": settings.port}, logging_config=_LOGGING)
    try:
        serve.run(_application(configs, groups), name=APPLICATION, route_prefix="/", logging_config=_LOGGING)
    except RuntimeError as error:
        serve.delete(APPLICATION) if shared else serve.shutdown()
        raise ServeError(f"the application did not start: {error}") from error
    try:
        yield f"http://{settings.host}:{settings.port}/v1"
    finally:
        serve.delete(APPLICATION) if shared else serve.shutdown()


def _by_weights(models: list[Model]) -> dict[str, list[Model]]:
    order = sorted(models, key=lambda model: (model.base, model.adapter is not None))
    return {base: list(found) for base, found in groupby(order, key=lambda model: model.base)}


def _application(configs: list[LLMConfig], groups: dict[str, list[Model]]) -> serve.Application:
    """Deployments and the ingress before them, which knows every model's name."""
    deployments: dict[str, serve.Application] = {}
    cards: dict[str, Any] = {}
    for llm_config, models in zip(configs, groups.values(), strict=True):
        deployment = build_llm_deployment(llm_config)
        for name in {llm_config.model_id, *(model.name for model in models)}:
            deployments[name] = deployment
            cards[name] = to_model_metadata(name, llm_config)
    options = OpenAiIngress.get_deployment_options(configs)
    ingress = serve.deployment(make_fastapi_ingress(OpenAiIngress), **options)
    return ingress.bind(llm_deployments=deployments, model_cards=cards)


def _llm_config(settings: Serve, base: str, models: list[Model]) -> LLMConfig:
    """The deployment of the weights ``base`` with the adapters among ``models``."""
    adapters = {model.name: model.adapter for model in models if model.adapter is not None}
    names = [model.name for model in models if model.adapter is None]
    engine: dict[str, Any] = {
        "max_model_len": settings.max_model_len,
        "enforce_eager": settings.enforce_eager,
        "dtype": settings.dtype,
        "generation_config": "vllm",  # not the sampling defaults that a model brings along
        **_lora(settings, adapters),
    }
    if settings.speculate:  # the model checks every guess: its greedy answers stay what they are
        guess = {"num_speculative_tokens": settings.speculate, "prompt_lookup_min": 2, "prompt_lookup_max": 4}
        engine["speculative_config"] = {"method": "ngram", **guess}
    environment = {"DO_NOT_TRACK": "1", "VLLM_LOGGING_LEVEL": "ERROR", **worker_environment()}
    if settings.gpus_per_replica:
        engine["tensor_parallel_size"] = settings.gpus_per_replica
        bundles = [{"CPU": settings.cpus_per_replica, "GPU": 1}] + [{"GPU": 1}] * (settings.gpus_per_replica - 1)
    else:
        engine["kv_cache_memory_bytes"] = settings.kv_cache_gib * 2**30
        if settings.dtype == "auto":
            engine["dtype"] = "bfloat16" if fast_bf16() else "float32"
        # Two engines bound to the same cores, vLLM's choice, wait for each other at every barrier.
        environment |= {"VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_NUM_THREADS": str(settings.cpus_per_replica)}
        environment |= {"VLLM_ENABLE_V1_MULTIPROCESSING": "0"}  # else vLLM does not take the executor in process on CPU
        bundles = [{"CPU": settings.cpus_per_replica}]
    least, most = settings.replicas
    return LLMConfig(
        model_loading_config={"model_id": names[0] if names else Path(base).name, "model_source": base},
        engine_kwargs=engine,
        placement_group_config={"bundles": bundles},
        deployment_config={
            "autoscaling_config": {"min_replicas": least, "max_replicas": most, "target_ongoing_requests": _REQUESTS},
            "ray_actor_options": {"num_cpus": 0},  # the engine's bundle has them
        },
        callback_config={"callback_class": LocalReplica},
        runtime_env={"env_vars": environment},
    )


def _lora(settings: Serve, adapters: dict[str, Path]) -> dict[str, Any]:
    """vLLM's settings for these adapters (name to directory); none of them: no settings."""
    if not adapters:
        return {}
    from vllm.config.lora import MaxLoRARanks
    from vllm.entrypoints.openai.models.protocol import LoRAModulePath

    known = [json.loads((path / "adapter_config.json").read_text()) for path in adapters.values()]
    rank = max(adapter["r"] for adapter in known)
    ranks = [allowed for allowed in get_args(MaxLoRARanks) if allowed >= rank]
    if not ranks:
        raise ServeError(f"vLLM serves adapters up to rank {max(get_args(MaxLoRARanks))}; one here has rank {rank}")
    lora: dict[str, Any] = {
        "enable_lora": True,
        "max_loras": len(adapters),
        "max_lora_rank": ranks[0],
        # vLLM would otherwise compute an adapter, of zeros, for the embeddings too
        "lora_target_modules": sorted({module for adapter in known for module in adapter["target_modules"]}),
        "lora_modules": [LoRAModulePath(name, str(path)) for name, path in adapters.items()],
    }
    if not settings.gpus_per_replica:
        lora |= {"worker_extension_cls": "metarfft.serve.cpu_lora.UseGroupedLoRA", "enforce_eager": True}
    return lora


def _check_port(settings: Serve) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ServeError(f"serve.port {settings.port} on {settings.host}: {error.strerror}") from None
