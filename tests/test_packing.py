"""Tokens, packing and the stream of training samples."""

import copy
import json
import random
import string

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from metarfft.config import Positions
from metarfft.data.packing import IGNORED, Tokens, collate, empty, jump_positions, pack
from metarfft.data.rows import DataError, Rows, digest
from metarfft.data.stream import SampleStream, deal, read_all
from metarfft.data.tokens import encode_prompt, encode_row, encode_sample
from metarfft.samples import make_sample
from metarfft.tasks import all_tasks
from metarfft.train.pieces import default_pieces, words_of
from metarfft.train.tokenizer import build_tokenizer
from metarfft.train.warmup import WarmupStream


@pytest.fixture(scope="module")
def tokenizer():
    known = all_tasks().values()
    words = words_of([t.rule_source for t in known], [q for t in known for q in t.questions])
    return build_tokenizer(default_pieces(words))


def pieces_of(tokenizer, text):
    return tokenizer.convert_ids_to_tokens(tokenizer(text, add_special_tokens=False)["input_ids"])


def dataset(folder, rows, group=4):
    """Rows in two Parquet files with several row groups each; a row's prompt is its number."""
    folder.mkdir()
    numbers = list(range(rows))
    table = pa.table(
        {
            "prompt": [f"{n}" for n in numbers],
            "response": ["x" * (1 + n % 7) for n in numbers],
            "task": ["even" if n % 2 == 0 else "odd" for n in numbers],
        }
    )
    pq.write_table(table.slice(0, rows // 2), folder / "part-00000.parquet", row_group_size=group)
    pq.write_table(table.slice(rows // 2), folder / "part-00001.parquet", row_group_size=group)
    return folder


def tokens(length, first=10):
    ids = np.arange(first, first + length)
    return Tokens(ids, np.where(np.arange(length) < length // 2, IGNORED, ids), np.arange(length))


def test_tokenizer_gives_back_any_printable_text(tokenizer):
    rng = random.Random(0)
    pieces = list(tokenizer.get_vocab())[3:]
    for _ in range(200):
        text = "".join(rng.choice(pieces + list(string.printable[:95] + "\n")) for _ in range(60))
        assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text


@pytest.mark.parametrize("style", ["code", "indexed"])
def test_every_task_fits_the_tokenizer(tokenizer, style):
    for task in all_tasks().values():
        row = make_sample(task.id, max(task.min_length, 4), style=style)
        ids = tokenizer(row["prompt"] + row["response"], add_special_tokens=False)["input_ids"]
        assert tokenizer.unk_token_id not in ids
        assert tokenizer.decode(ids) == row["prompt"] + row["response"]


def test_data_is_single_characters_and_names_are_whole(tokenizer):
    assert pieces_of(tokenizer, "result=<17>a<18>7<19>") == ["result", "=", "<17>", "a", "<18>", "7", "<19>"]
    assert pieces_of(tokenizer, "xqresultz") == list("xqresultz")
    assert pieces_of(tokenizer, "list1=120 list2=5") == ["list1", "=", "1", "2", "0", " ", "list2", "=", "5"]
    assert pieces_of(tokenizer, "\nL3:    while list1:") == ["\nL3:", "    ", "while ", "list1", ":"]
    assert pieces_of(tokenizer, "list1[-1] [-1]") == ["list1", "[-1]", " ", "[", "-", "1", "]"]


def test_only_response_and_end_are_learnt(tokenizer):
    ids, labels = encode_sample(tokenizer, "Q: ab\nA:\n", "12")
    prompt = encode_prompt(tokenizer, "Q: ab\nA:\n")
    assert list(ids[: len(prompt)]) == prompt
    assert (labels[: len(prompt)] == IGNORED).all()
    assert list(labels[len(prompt) :]) == list(ids[len(prompt) :])
    assert tokenizer.convert_ids_to_tokens(ids[len(prompt) :].tolist()) == ["1", "2", "<eos>"]


def test_a_chat_template_wraps_the_prompt(tokenizer):
    chat = build_tokenizer(default_pieces())
    chat.chat_template = "[{{ messages[0].role }}]{{ messages[0].content }}{% if add_generation_prompt %}>{% endif %}"
    assert chat.decode(encode_prompt(chat, "hello")) == "[user]hello>"


def test_packing_keeps_every_sample_whole():
    rng = random.Random(1)
    samples = [tokens(rng.randint(1, 50), first=100 * n) for n in range(40)]
    rows = pack([*samples, tokens(99, first=9000)], capacity=64)
    assert sorted(int(s.ids[0]) for row in rows for s in row) == sorted([*(100 * n for n in range(40)), 9000])
    assert all(sum(len(s.ids) for s in row) <= 64 or len(row) == 1 for row in rows)
    assert len(rows) <= 1.3 * sum(len(s.ids) for s in samples) / 64 + 2


def test_a_packed_row_predicts_within_samples_only():
    batch = collate([tokens(4, first=10), tokens(6, first=20)])
    assert batch.inputs["input_ids"].tolist() == [[10, 11, 12, 13, 20, 21, 22, 23, 24, 25]]
    assert batch.inputs["position_ids"].tolist() == [[0, 1, 2, 3, 0, 1, 2, 3, 4, 5]]
    assert batch.inputs["cu_seq_lens_q"].tolist() == [0, 4, 10]
    assert batch.inputs["logits_to_keep"].tolist() == [1, 2, 6, 7, 8]
    assert batch.targets.tolist() == [12, 13, 23, 24, 25]
    assert (batch.learnt, batch.tokens) == (5, 10)
    assert "attention_mask" not in batch.inputs
    assert (empty().learnt, empty().tokens) == (0, 0)


def test_position_jumps():
    rng = random.Random(0)
    plain = [jump_positions(50, Positions(), rng) for _ in range(20)]
    assert all((p == np.arange(50)).all() for p in plain)
    jumped = [jump_positions(400, Positions(share=0.5, span=4), rng) for _ in range(400)]
    changed = [p for p in jumped if p[-1] > 399]
    assert 140 < len(changed) < 260
    assert all((np.diff(p) >= 1).all() and p[-1] < 4 * 400 for p in jumped)
    assert max(p[-1] for p in jumped) > 1400


def test_a_step_depends_on_its_number_only(tmp_path, tokenizer):
    path = dataset(tmp_path / "data", 30)

    def ids(stream, step, rank=0, world=1):
        return [tokenizer.decode(s.ids) for s in stream.step(step, rank, world).samples]

    options = {"batch_size": 7, "seed": 3, "context_length": 100, "positions": Positions(share=0.5, span=4)}
    stream = SampleStream(path, tokenizer, **options)
    first = [ids(stream, step) for step in range(10)]
    later = SampleStream(path, tokenizer, **options)
    assert [ids(later, step) for step in (9, 2, 5)] == [first[9], first[2], first[5]]
    for one, other in zip(later.step(5).samples, stream.step(5).samples, strict=True):
        assert (one.positions == other.positions).all()
    for world in (2, 3):
        assert sorted(text for rank in range(world) for text in ids(stream, 4, rank, world)) == sorted(first[4])
    seen = [text for step in first for text in step]  # 70 samples: two epochs of 30 and a third begun
    assert sorted(int(text.split("x")[0]) for text in seen[:30]) == list(range(30))
    assert sorted(seen[30:60]) == sorted(seen[:30])
    assert seen[30:60] != seen[:30]
    assert seen[60:] != seen[30:40]
    other = SampleStream(path, tokenizer, **{**options, "seed": 4})
    assert [ids(other, step) for step in range(3)] != first[:3]  # seeds of a run differ from the first step on


def test_mixed_data_tasks_and_long_samples(tmp_path, tokenizer):
    path, again = dataset(tmp_path / "data", 30), dataset(tmp_path / "replay", 12)
    stream = SampleStream(path, tokenizer, batch_size=8, seed=0, context_length=7, tasks=["odd"], mix=[(again, 0.25)])
    assert stream.rows == 15
    share = stream.step(0)
    texts = [tokenizer.decode(s.ids).split("x")[0] for s in share.samples]
    assert len(texts) + share.skipped == 8
    assert share.skipped > 0
    assert {int(t) for t in texts} <= {*range(1, 30, 2)} | {*range(12)}
    assert all(len(s.ids) <= 7 for s in share.samples)
    assert len(read_all(path, tokenizer, 100)) == 30
    with pytest.raises(FileNotFoundError, match="no rows"):
        SampleStream(path, tokenizer, batch_size=8, seed=0, context_length=7, tasks=["none"])


CHAT = [
    {"role": "user", "content": "one and one?"},
    {"role": "assistant", "content": "two"},
    {"role": "user", "content": "and one?"},
    {"role": "assistant", "content": "three"},
]
TEMPLATE = (
    "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}{{ eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)


@pytest.mark.parametrize("template", [None, TEMPLATE])
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_chats_are_mixed_in_and_teach_the_answers(tmp_path, tokenizer, template, kind):
    folder = tmp_path / "chats"
    folder.mkdir()
    if kind == "jsonl":
        (folder / "some.jsonl").write_text(f"{json.dumps({'messages': CHAT})}\n" * 3)
    else:
        pq.write_table(pa.table({"messages": [CHAT] * 3}), folder / "some.parquet")
    speaker = copy.deepcopy(tokenizer)
    speaker.chat_template = template
    path = dataset(tmp_path / "data", 30)
    stream = SampleStream(path, speaker, batch_size=8, seed=0, context_length=500, mix=[(folder, 0.25)])
    chats = [s for s in stream.step(1).samples if s.name.startswith("some.")]
    assert len(chats) == 2
    end = tokenizer.eos_token
    for chat in chats:
        assert tokenizer.decode(chat.ids[chat.labels != IGNORED]) == f"two{end}three{end}"
        said = tokenizer.decode(chat.ids)
        between = f"{end}[user]and one?{end}[assistant]" if template else f"{end}and one?\n"
        assert f"two{between}three{end}" in said


def test_other_formats_are_refused(tmp_path, tokenizer):
    (tmp_path / "text.jsonl").write_text('{"text": "once"}\n')
    wanted = "has the columns text; wanted: prompt and response, or messages"
    with pytest.raises(DataError, match=wanted):
        digest(tmp_path)
    with pytest.raises(DataError, match=wanted):
        Rows(tmp_path, seed=0)
    (tmp_path / "text.jsonl").write_text("once\n")
    with pytest.raises(DataError, match="its first line is no JSON object"):
        digest(tmp_path)
    with pytest.raises(DataError, match="no message has the role assistant"):
        encode_row(tokenizer, {"messages": CHAT[:1], "name": "one"})
    path = dataset(tmp_path / "data", 30)
    stream = SampleStream(path, tokenizer, batch_size=8, seed=0, context_length=4, refuse_long=True)
    with pytest.raises(DataError, match=r"part-0000\d.parquet group \d row \d has \d tokens, context_length is 4"):
        stream.step(0)


def test_work_is_dealt_evenly():
    sizes = [random.Random(0).randint(1, 100) for _ in range(41)]
    shares = [deal(sizes, rank, 4, int) for rank in range(4)]
    assert sorted(size for share in shares for size in share) == sorted(sizes)
    assert max(map(sum, shares)) - min(map(sum, shares)) < 100


def test_warm_up_is_answerable_and_repeats(tokenizer):
    stream = WarmupStream(tokenizer, batch_size=16, seed=5)
    samples = stream.step(3).samples
    for one, other in zip(samples, WarmupStream(tokenizer, batch_size=16, seed=5).step(3).samples, strict=True):
        assert (one.ids == other.ids).all()
    for sample in samples:
        learnt = np.flatnonzero(sample.labels != IGNORED)
        assert 0 < len(learnt) < len(sample.ids)
        text = tokenizer.decode(sample.ids)
        assert "def " not in text or "now " not in text
        assert learnt[-1] == len(sample.ids) - 1
        assert sample.ids[-1] == tokenizer.eos_token_id
        for at in learnt[:-1]:  # every other learnt token stands earlier in the sample: it can be looked up
            assert sample.ids[at] in sample.ids[:at]
