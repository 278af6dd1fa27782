"""The application with real vLLM behind real Ray Serve: adapted models answer as Hugging Face says they should."""

import asyncio
import json
import socket
from pathlib import Path
from statistics import mean

import httpx
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

from metarfft.cli import main
from metarfft.config import Config, General
from metarfft.data.generate import generate
from metarfft.evaluate import sweep
from metarfft.evaluate.engines import Completions, Local, Question
from metarfft.evaluate.results import results_file
from metarfft.serve.models import Model, adapted_models
from metarfft.train.pieces import default_pieces
from metarfft.train.plan import RESULT
from metarfft.train.tokenizer import build_tokenizer

PROMPTS = [[17, 23, 40, 91, 8], [60, 60, 12, 33, 7, 5, 21, 90, 14]]
TOKENS = 24


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    values = {
        "name": "served",
        "output": str(tmp_path_factory.mktemp("outputs")),
        "model": {"tiny": {}},
        "data": {"style": "indexed", "evaluate": {"tasks": ["lc_461"], "lengths": [1, 2], "samples": 2}},
        "adapt": {"methods": ["rfft"], "seeds": [0, 1]},
        "serve": {"port": port, "max_model_len": 1024, "enforce_eager": True, "dtype": "float32"},
        "evaluate": {"concurrency": 4},
    }
    return Config.model_validate(values)


@pytest.fixture(scope="module")
def models(config) -> list[Model]:
    """A random base and two PiSSA adapters, one on the head too, converted to plain LoRA as training does it."""
    base = config.root / "models" / "base"
    tokenizer = build_tokenizer(default_pieces())
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=1024, initializer_range=0.1, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    net = LlamaForCausalLM(shape)
    net.generation_config.repetition_penalty = 1.3  # as chat models have one, which no greedy answer may follow
    net.save_pretrained(base)
    tokenizer.save_pretrained(base)
    linear = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    for seed, (rank, modules) in enumerate([(4, linear), (8, [*linear, "lm_head"])]):
        out = config.root / "models" / "adapt" / "rfft" / f"seed-{seed}"
        adapt(base, out, seed, rank, modules)
        result = {"base": str(base), "tasks": [], "digest": f"digest {seed}"}
        (out / RESULT).write_text(json.dumps(result))
    return adapted_models(config)


def adapt(base: Path, out: Path, seed: int, rank: int, modules: list[str]) -> None:
    lora = LoraConfig(r=rank, lora_alpha=rank, init_lora_weights="pissa", target_modules=modules, task_type="CAUSAL_LM")
    adapted = get_peft_model(AutoModelForCausalLM.from_pretrained(base), lora)
    adapted.save_pretrained(out / "initial")
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_" in name:
                weight += 0.2 * weight.std() * torch.randn_like(weight)
    adapted.save_pretrained(out / "adapter", path_initial_model_for_weight_conversion=str(out / "initial"))


def hugging_face(model: Model, prompt: list[int]) -> tuple[list[int], list[float]]:
    """Greedy continuation and its log-probabilities."""
    reference = AutoModelForCausalLM.from_pretrained(model.base, dtype=torch.float32)
    if model.adapter:
        reference = PeftModel.from_pretrained(reference, model.adapter)
    reference.generation_config.eos_token_id = None
    ids = reference.generate(torch.tensor([prompt]), max_new_tokens=TOKENS, do_sample=False, repetition_penalty=1.0)
    with torch.no_grad():
        chances = reference(ids).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
    said = ids[0, len(prompt) :]
    return said.tolist(), chances.gather(1, said[:, None]).squeeze(1).tolist()


async def answers(url: str, asked: list[tuple[str, list[int]]]) -> list[dict]:
    """All at once, so that adapters and the bare base meet in a batch."""
    async with httpx.AsyncClient(base_url=url, timeout=120) as client:
        bodies = [
            {"model": name, "prompt": prompt, "max_tokens": TOKENS, "temperature": 0, "logprobs": 0, "ignore_eos": True,
             "return_token_ids": True}
            for name, prompt in asked
        ]  # fmt: skip
        replies = await asyncio.gather(*(client.post("completions", json=body) for body in bodies))
    return [reply.raise_for_status().json()["choices"][0] for reply in replies]


def own_rule(folder: Path, url: str, capfd) -> None:
    """`metarfft ask` with the random base, which follows no rule."""
    (folder / "rule.py").write_text("def count(nums):\n    n = 0\n    for x in nums:\n        n += 1\n    return n")
    given = ["--input", '{"nums": [1, 2, 3, 4]}', "--style", "indexed"]
    line = ["ask", str(folder / "rule.py"), *given, "--endpoint", url]
    capfd.readouterr()
    assert main([*line, "--model", "base", "--max-tokens", "12"]) == 1
    said, verdict = capfd.readouterr()
    assert said.strip()
    assert "(line 2 of the rule) is" in verdict
    assert "there is no answer, the right one is 4" in verdict
    assert main([*line, "--model", "missing"]) == 2
    assert "does not serve missing" in capfd.readouterr().err


def by_transformers(config, base, models, questions, tokenizer, lines):
    """The same sweep without Ray and vLLM gives the same answers."""
    apart = config.model_copy(update={"name": "apart"})
    results_file(apart).unlink(missing_ok=True)
    assert sweep.ask(apart, {base: Local(base, models, config, tokenizer)}, questions) == 0
    told = ("model", "task", "length", "index", "text", "finish_reason", "output_tokens", "correct")

    def told_of(texts):
        return sorted([[row[key] for key in told] for row in map(json.loads, texts)], key=str)

    assert told_of(results_file(apart).read_text().splitlines()) == told_of(lines)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("speculate", [0, 3])
def test_served_models(ray_cluster, config, models, tmp_path, capfd, speculate):
    from metarfft.serve.app import serving

    config.serve.speculate = speculate
    results_file(config).unlink(missing_ok=True)
    everything = [Model("base", models[0].base), *models]
    asked = [(model, prompt) for model in everything for prompt in PROMPTS]
    generate(config, ["evaluate-rfft"])
    questions = sweep.pending(config, models)
    assert len(questions) == 2 * 2 * 2

    with serving(config, everything) as url:
        listed = httpx.get(f"{url}/models").json()["data"]
        assert {model["id"] for model in listed} == {"base", "rfft/seed-0", "rfft/seed-1"}
        assert httpx.get(url.replace("/v1", "/-/healthz")).status_code == 200
        choices = asyncio.run(answers(url, [(model.name, prompt) for model, prompt in asked]))
        base = models[0].base
        tokenizer = AutoTokenizer.from_pretrained(base)
        assert sweep.ask(config, {base: Completions(url, config, tokenizer)}, questions) == 0
        missing = Question(Model("missing", base), questions[0].row, "")
        with pytest.raises(RuntimeError, match="does not serve missing"):
            sweep.ask(config, {base: Completions(url, config, tokenizer)}, [missing])
        own_rule(tmp_path, url, capfd)

    for (model, prompt), choice in zip(asked, choices, strict=True):
        ids, chances = hugging_face(model, prompt)
        assert choice["token_ids"] == ids, model.name
        assert choice["logprobs"]["token_logprobs"] == pytest.approx(chances, abs=1e-4), model.name
    assert choices[0]["token_ids"] != choices[2]["token_ids"] != choices[4]["token_ids"]  # three different models

    assert sweep.pending(config, models) == []  # all answered
    lines = results_file(config).read_text().splitlines()
    assert len(lines) == 8
    by_transformers(config, base, models, questions, tokenizer, lines)
    results_file(config).write_text("\n".join(lines[:-1]) + "\n" + lines[-1][:30])  # killed while writing
    assert len(sweep.pending(config, models)) == 1
    retrained = Model(**{**vars(models[0]), "digest": "another"})
    assert len(sweep.pending(config, [retrained])) == 4


TASKS = {
    "says": """
output_type: generate_until
doc_to_text: "Q: {{question}}\\nA:"
doc_to_target: "{{answer}}"
generation_kwargs: {until: ["\\n"], max_gen_toks: 6, do_sample: false, temperature: 0}
metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: true}]
""",
    "picks": """
output_type: multiple_choice
doc_to_text: "Q: {{question}}\\nA:"
doc_to_choice: ["1", "2"]
doc_to_target: 0
metric_list: [{metric: acc, aggregation: mean, higher_is_better: true}]
""",
}


@pytest.mark.timeout(600)
def test_general_ability_is_measured_at_the_served_models(ray_cluster, config, models, tmp_path, monkeypatch):
    """Benchmarks of our own, for which the harness needs no hub; the choices are those of transformers."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    from metarfft.evaluate.general import general, table

    questions = [{"question": f"{n} and {n + 1}", "answer": "1"} for n in range(6)]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(q) + "\n" for q in questions))
    for name, text in TASKS.items():
        place = json.dumps({"data_files": {"test": str(tmp_path / "data.jsonl")}})
        (tmp_path / f"{name}.yaml").write_text(
            f"task: {name}\ndataset_path: json\ndataset_kwargs: {place}\ntest_split: test\n{text.strip()}\n"
        )

    def choose(*tasks):
        benchmarks = General(tasks=list(tasks), folder=str(tmp_path), shots=0)
        return config.model_copy(update={"evaluate": config.evaluate.model_copy(update={"general": benchmarks})})

    found = general(choose(*TASKS))
    assert set(found) == {"rfft/seed-0", "rfft/seed-1"}
    for model in models:
        assert found[model.name]["picks"]["acc,none"] == pytest.approx(picked(model, questions))
        assert 0 <= found[model.name]["says"]["exact_match,none"] <= 1
    columns, _, *rows = table(found).splitlines()
    assert columns == "| benchmark | rfft |"
    assert f"| picks acc | {mean(of['picks']['acc,none'] for of in found.values()):.3f} |" in rows
    assert general(choose(*TASKS)) == found  # from the file
    with pytest.raises(RuntimeError, match="has no task nothing"):
        general(choose("nothing"))


def picked(model, questions):
    """The share of questions for which the first choice is the likelier."""
    tokenizer = AutoTokenizer.from_pretrained(model.base)
    net = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(model.base), model.adapter)
    first = 0
    for question in questions:
        ids = tokenizer(f"Q: {question['question']}\nA:", add_special_tokens=False)["input_ids"]
        one, two = (tokenizer(f" {n}", add_special_tokens=False)["input_ids"] for n in (1, 2))
        chances = []
        for said in (one, two):
            with torch.no_grad():
                logits = net(torch.tensor([ids + said])).logits[0].log_softmax(-1)
            chances.append(sum(float(logits[len(ids) - 1 + k, token]) for k, token in enumerate(said)))
        first += chances[0] > chances[1]
    return first / len(questions)
