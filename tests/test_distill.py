"""Distilling: answers are told right from wrong, asked once, kept as chats. The API is a small server of this test."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from metarfft.serve.ask import EndpointError
from metarfft.serve.distill import Question, Settings, distill, read_questions, right

JOB = Path(__file__).resolve().parents[1] / "jobs" / "distill.py"
QUESTIONS = [Question(f"What is {n} + {n}?", f"Twice {n}.\n#### {2 * n}") for n in range(1, 6)]


class Server:
    """Answers chats as the API does: sums rightly unless the number is in ``wrong``; counts what it is asked.
    In an answer is a line separator, which JSON leaves as it is."""

    def __init__(self, wrong=(), cut=(), refused=(), fails_after=10**9):
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                number = int(body["messages"][0]["content"].split()[2])
                if body["model"] != "known":
                    return self.send(404, {"error": {"message": "no such model"}})
                if len(outer.asked) >= fails_after:
                    return self.send(401, {"error": {"message": "the key has expired"}})
                outer.asked.append((number, body["seed"]))
                if number in refused:
                    return self.send(400, {"error": {"message": "the prompt is too long"}})
                text = f"{number} and {number}.\u2028So the answer is {2 * number + (number in wrong)}."
                ended = "length" if number in cut else "stop"
                choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": ended}
                return self.send(200, {"id": "1", "object": "chat.completion", "created": 0, "choices": [choice]})

            def send(self, status, answer):
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.parametrize(
    ("response", "reference", "expected"),
    [
        ("2 + 3 = 5. So the answer is 5.", "5", True),
        ("So the answer is 1,234", "They pay 1,234 dollars.\n#### 1234", True),
        ("So the answer is **$72.00**", "#### 72", True),
        (r"The answer is $\boxed{-4}$", "-4", True),
        ("The answer is 7 apples, not 9.", "7", True),
        ("6 and 7 make 13", "13", True),
        ("So the answer is 12. No: the answer is 13", "13", True),
        ("So the answer is 51", "5", False),
        ("5 is not it. So the answer is 4", "5", False),
        ("It depends.", "5", False),
        ("So the answer is (B).", "B", True),
        ("B", "B", False),
        ("The answer is an apple", "a", False),
    ],
)
def test_right_answers_are_told_from_wrong_ones(response, reference, expected):
    assert right(response, reference) is expected


def test_only_right_answers_are_kept_as_chats(tmp_path):
    out = tmp_path / "general.jsonl"
    with Server(wrong={2}, cut={3}, refused={4}) as server:
        assert distill(QUESTIONS, out, Settings(server.url, "known", samples=2, concurrency=3)) == (10, 2)
    assert sorted(number for number, _ in server.asked) == sorted([1, 2, 3, 4, 5] * 2)
    assert len({seed for _, seed in server.asked}) == 10  # or the answers to a question were all the same
    chats = [json.loads(line)["messages"] for line in out.read_text().strip().split("\n")]
    assert [[turn["role"] for turn in chat] for chat in chats] == [["user", "assistant"]] * 2
    assert chats[0][0]["content"].startswith("What is 1 + 1?\n")
    assert chats[1][1]["content"] == "5 and 5.\u2028So the answer is 10."


def test_what_is_answered_is_not_asked_again(tmp_path):
    out = tmp_path / "general.jsonl"
    with Server(fails_after=3) as server, pytest.raises(EndpointError, match="the key has expired"):
        distill(QUESTIONS, out, Settings(server.url, "known", concurrency=1))
    assert len(server.asked) == 3
    assert not out.exists()
    log = tmp_path / "general.jsonl.log"
    log.write_text(log.read_text() + '["cut off by a ki')
    with Server() as other:
        assert distill(QUESTIONS, out, Settings(other.url, "known")) == (5, 5)
        assert sorted(number for number, _ in other.asked) == [4, 5]
        assert distill(QUESTIONS, out, Settings(other.url, "known")) == (5, 5)
        assert len(other.asked) == 2
        assert distill(QUESTIONS, out, Settings(other.url, "known", samples=2)) == (10, 5)  # the same answers again
        assert len(other.asked) == 7


def test_the_job_reads_parquet_and_prints_a_summary(tmp_path):
    rows = [{"question": q.text, "answer": q.answer} for q in QUESTIONS]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "q.parquet")
    out = tmp_path / "out" / "general.jsonl"
    with Server(wrong={1}) as server:
        line = [sys.executable, str(JOB), str(tmp_path / "q.parquet"), str(out), "--endpoint", server.url]
        done = subprocess.run([*line, "--model", "known"], capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{out}: 5 asked, 4 kept (80.0%)\n"
        unknown = subprocess.run([*line, "--model", "other"], capture_output=True, text=True, timeout=100)
        assert unknown.returncode == 1
        assert f"{server.url} does not serve other" in unknown.stderr
        assert "Traceback" not in unknown.stderr


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("q.csv", "question,answer", "give a .jsonl or .parquet file"),
        ("q.jsonl", "{", "not JSON lines"),
        ("q.jsonl", '{"question": "a"}', "row 1: no question or no answer"),
    ],
)
def test_bad_questions_are_refused(name, text, reason, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=reason):
        read_questions(tmp_path / name)
