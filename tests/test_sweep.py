"""The sweep against an endpoint that fails in every way there is: retried, or reported for the sample; never wrong."""

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient
from pydantic import ValidationError

from metarfft.config import Config, Evaluate
from metarfft.data.shards import ROWS
from metarfft.data.tokens import encode_prompt
from metarfft.evaluate import engines, sweep
from metarfft.evaluate.engines import Completions, Conversation, Question
from metarfft.evaluate.job import _spent, evaluate
from metarfft.evaluate.results import results_file
from metarfft.samples import make_sample, to_row
from metarfft.serve.models import Model, chat_models
from metarfft.tracking import tracking_uri
from metarfft.train.pieces import default_pieces
from metarfft.train.tokenizer import build_tokenizer

SAMPLES = 15


ENDS = ("abort", "content_filter", "error", "length")


class Endpoint(ThreadingHTTPServer):
    """An API of one model, ``oracle``, that knows the answers. ``faults`` says what a prompt's next requests meet:
    a status, one of cut, empty, hang, page (a proxy's) and half, or how an answer ends; an exhausted list is an answer.
    Prompts are texts for chats, else tuples of token ids."""

    daemon_threads = True

    def __init__(self, answers, faults=None, delay=0.0):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.faults, self.delay = answers, faults or {}, delay
        self.asked, self.bodies = Counter(), []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Endpoint
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, status, body, length=None, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length or len(data)))
        if status == 429:
            self.send_header("Retry-After", "0.01")
        with suppress(BrokenPipeError):  # of a client that has hung up
            self.end_headers()
            self.wfile.write(data)

    def do_GET(self):
        self.send(200, {"object": "list", "data": [{"id": "oracle", "object": "model"}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        chat = "messages" in body
        prompt = body["messages"][0]["content"] if chat else tuple(body["prompt"])
        self.server.asked[prompt] += 1
        self.server.bodies.append(body)
        time.sleep(self.server.delay)
        waiting = self.server.faults.get(prompt)
        fault = waiting.pop(0) if waiting else None
        text = f"Step by step ... So the answer is {self.server.answers[prompt]}"
        said = {"message": {"role": "assistant", "content": f"{text}."}} if chat else {"text": text}
        choices = [{"index": 0, "finish_reason": fault if fault in ENDS else "stop", **said}]
        usage = {"prompt_tokens": 50, "completion_tokens": 10, "total_tokens": 60}
        done = {"id": "1", "object": "chat.completion", "model": "oracle", "choices": choices, "usage": usage}
        if isinstance(fault, int):
            self.send(fault, {"error": {"message": "no"}})
        elif fault == "cut":
            self.send(200, done, length=10_000)
            self.close_connection = True
        elif fault == "empty":
            self.send(200, {**done, "choices": []})
        elif fault == "page":
            self.send(200, b"<html>Bad gateway</html>", kind="text/html")
        elif fault == "half":
            self.send(200, json.dumps(done).encode()[:40])
        else:
            if fault == "hang":
                time.sleep(3)
            self.send(200, done)


@pytest.fixture
def rows(tmp_path):
    """Evaluation data as jobs/generate.py leaves it."""
    made = [to_row(make_sample("lc_461", 8 + n % 3, 0, n, method="direct", split="evaluate")) for n in range(SAMPLES)]
    folder = tmp_path / "faulty" / "data" / "evaluate-direct"
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(made, schema=ROWS), folder / "part-00000.parquet")
    (folder / "manifest.json").write_text(json.dumps({"content_hash": "0", "rows": SAMPLES, "style": "code"}))
    return made


def experiment(tmp_path, endpoint, **chat):
    chats = [{"model": "oracle", "endpoint": endpoint, "concurrency": 4, "price": [0.1, 1.0], **chat}]
    return Config.model_validate(
        {
            "name": "faulty",
            "output": str(tmp_path),
            "model": {"tiny": {}},
            "data": {"evaluate": {"tasks": ["lc_461"], "lengths": [8, 9, 10], "samples": 4}},
            "evaluate": {"chat": chats, "timeout": 1.0},
        }
    )


def asked_as(row):
    return row["prompt"].removesuffix("A:\n")


def swept(config):
    models = chat_models(config)
    questions = sweep.pending(config, models)
    return questions and sweep.ask(
        config, {models[0].base: Conversation(config.evaluate.chat[0], config.evaluate.timeout)}, questions
    )


def results(config):
    return [json.loads(line) for line in results_file(config).read_text().splitlines()]


def test_faults_are_retried_or_reported_and_never_wrong_answers(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "RETRIES", 2)
    passing = [[500], [429, 429], ["cut"], ["hang"], [503, "cut"], [408]]
    lasting = [[400], [500, 500, 500], ["cut"] * 3, ["hang"] * 3, ["empty"], [429] * 3, ["page"], ["half"], ["abort"]]
    faults = {asked_as(row): list(fault) for row, fault in zip(rows, passing + lasting, strict=True)}
    server = Endpoint({asked_as(row): row["answer"] for row in rows}, faults)
    config = experiment(tmp_path, server.url)
    assert swept(config) == len(lasting)
    by_index = {row["index"]: row for row in results(config)}
    assert [by_index[n]["correct"] for n in range(SAMPLES)] == [True] * len(passing) + [None] * len(lasting)
    assert all(by_index[n]["error"] for n in range(len(passing), SAMPLES))

    server.asked.clear()
    assert swept(config) == 0  # the faults are over: only what failed is asked again
    assert set(server.asked) == {asked_as(row) for row in rows[len(passing) :]}
    assert sorted((row["index"], row["correct"]) for row in results(config)) == [(n, True) for n in range(SAMPLES)]
    assert {row["output_tokens"] for row in results(config)} == {10}

    assert _spent(config, config.evaluate.chat[0]) == {"input_tokens": 750, "output_tokens": 150, "dollars": 0.000225}
    server.asked.clear()
    report = evaluate(config)
    assert not server.asked
    assert "| oracle | 1.00" in (report.parent / "report.md").read_text()
    assert recorded(config) == 1  # though the sweep that answered ended before it could say so
    config.adapt.seeds = [4, 5]  # of adapted models; a chat model has none
    assert "| oracle | 1.00" in (evaluate(config).parent / "report.md").read_text()
    assert not server.asked
    assert recorded(config) == 1


def recorded(config):
    client = MlflowClient(tracking_uri(config))
    experiment = client.get_experiment_by_name(config.name).experiment_id
    return len(client.search_runs([experiment], "tags.stage = 'evaluate' and attributes.status = 'FINISHED'"))


def test_a_sample_that_fails_for_good_stops_no_later_run(rows, tmp_path):
    faults = {asked_as(rows[0]): [400] * 9}
    config = experiment(tmp_path, Endpoint({asked_as(row): row["answer"] for row in rows}, faults).url)
    for _ in range(2):
        report = (evaluate(config).parent / "report.md").read_text()
        assert f"{SAMPLES - 1} samples asked, 1 without an answer" in report
    nothing = experiment(tmp_path / "other", Endpoint({}, {asked_as(row): [400] * 9 for row in rows}).url)
    shutil.copytree(config.root / "data", nothing.root / "data")
    with pytest.raises(RuntimeError, match=f"none of {SAMPLES} questions was answered"):
        swept(nothing)


def test_completions_that_are_none_are_not_wrong_answers(rows, tmp_path):
    tokenizer = build_tokenizer(default_pieces())
    prompts = [tuple(encode_prompt(tokenizer, row["prompt"])) for row in rows]
    faults = {prompt: [fault] for prompt, fault in zip(prompts, ["page", "half", "empty", *ENDS], strict=False)}
    server = Endpoint(dict(zip(prompts, (row["answer"] for row in rows), strict=True)), faults)
    config = experiment(tmp_path, server.url)
    questions = [Question(Model("oracle", "base", method="direct"), row, "") for row in rows]
    assert sweep.ask(config, {"base": Completions(server.url, config, tokenizer)}, questions) == 6
    by_index = {row["index"]: row["correct"] for row in results(config)}
    assert [by_index[n] for n in range(SAMPLES)] == [None] * 6 + [False] + [True] * (SAMPLES - 7)
    # said, or vLLM's own server takes them from the model's generation_config.json
    assert all(body["repetition_penalty"] == body["top_p"] == 1 and not body["temperature"] for body in server.bodies)


def test_an_endpoint_and_names_are_seen_to_before_work(tmp_path):
    with pytest.raises(ValidationError, match="invalid port number"):
        experiment(tmp_path, "http://127.0.0.1:port/v1")
    for name in ("oracle", "rfft", "base"):
        chats = [{"model": "oracle"}, {"model": "oracle", "prompt": "rfft", "label": name}]
        with pytest.raises(ValidationError, match=f"something else is called {name} too"):
            Evaluate(chat=chats)


def test_hopeless_endpoints_are_said_at_once(rows, tmp_path):
    answers = {asked_as(row): row["answer"] for row in rows}
    with pytest.raises(RuntimeError, match="does not serve nobody"):
        swept(experiment(tmp_path, Endpoint(answers).url, model="nobody"))
    with pytest.raises(RuntimeError, match="cannot be read: Connection error"):
        swept(experiment(tmp_path, "http://127.0.0.1:1/v1"))
    config = experiment(tmp_path, Endpoint(answers, {asked_as(row): [401] * 9 for row in rows[6:]}).url)
    with pytest.raises(RuntimeError, match="401"):
        swept(config)
    assert all(row["correct"] for row in results(config))  # what was answered before is kept
    assert swept(experiment(tmp_path, Endpoint(answers).url)) == 0
    assert len(results(config)) == SAMPLES


SWEEP = """
import sys
sys.path.insert(0, {tests!r})
from test_sweep import swept
from metarfft.config import Config
swept(Config.model_validate_json({config!r}))
"""


def test_a_killed_sweep_asks_nothing_twice(rows, tmp_path):
    server = Endpoint({asked_as(row): row["answer"] for row in rows}, delay=0.2)
    config = experiment(tmp_path, server.url, concurrency=1)
    script = SWEEP.format(tests=str(__file__).rpartition("/")[0], config=config.model_dump_json())
    killed = subprocess.Popen([sys.executable, "-c", script])
    while sum(server.asked.values()) < 5:
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    answered = len(results(config))
    assert 0 < answered < SAMPLES
    assert swept(config) == 0
    assert sorted(row["index"] for row in results(config)) == list(range(SAMPLES))
    assert sum(server.asked.values()) <= SAMPLES + 1  # the one in flight, at most
    before = (evaluate(config).parent / "metrics.json").read_text()
    assert swept(config) == []
    assert (evaluate(config).parent / "metrics.json").read_text() == before


def test_requests_keep_to_the_rate(rows, tmp_path):
    server = Endpoint({asked_as(row): row["answer"] for row in rows})
    config = experiment(tmp_path, server.url, requests_per_minute=1200)
    begun = time.monotonic()
    assert swept(config) == 0
    assert time.monotonic() - begun >= (SAMPLES - 1) * 60 / 1200
