r"""Final answers of chat models: a table of outputs as such models write them."""

from __future__ import annotations

import pytest

from metarfft import tasks
from metarfft.evaluate.answers import final_answer, kind_of, same_final_answer
from metarfft.rules.styles import marks
from metarfft.samples import make_sample

RIGHT = [  # (right answer, output)
    ("[1, 2, 3]", "The sorted version of [3, 1, 2] is [1, 2, 3]."),
    ("[1, 2, 3]", "The answer is [1, 2, 3] (in ascending order)."),
    ("[1, 2, 3]", "Answer:\n```json\n[\n  1,\n  2,\n  3\n]\n```"),
    ("[4, 2]", "The answer is [<3>4<4>2<5>]."),
    ("[4, 2]", "The answer is `[<3>4<4>2<5>]`."),
    ("5", "The answer is 5, since 5 >= 3."),
    ("3", "The answer is 3 (where x != y)."),
    ("3", "The answer is 3, because 1 + 1 = 2 comes first."),
    ("True", "Since there are no unmatched brackets left, the string is valid: True."),
    ("True", "**Answer:** There are no open brackets left, so True."),
    ("42", "Maybe the answer is 7. Let me check.\n</think>\n\n**42**"),
    ("cba", "The answer is **cba**, the reverse of **abc**."),
    ("cba", "The answer is `cba`, reversed."),
    ("42", "42"),
    ("42", "The answer is 42."),
    ("42", "So the answer is 42"),
    ("42", "The final answer is: **42**."),
    ("42", "**Answer:** 42"),
    ("42", "**Answer: 42**"),
    ("42", "Let's add.\n17 + 25 = 42\n\nFinal Answer: $42$"),
    ("42", "### Answer\n\n42"),
    ("42", "## Final answer:\n**42**"),
    ("42", "We get $17 + 25 = 42$.\n\n$$\\boxed{42}$$"),
    ("42", "\\[\n\\boxed{\\text{42}}\n\\]\nSo there are 42 of the 60 in all."),
    ("42", "First \\boxed{17}, no: the sum is \\boxed{42}."),
    ("42", "Adding 17 and 25 gives 42."),
    ("42", "17 + 25 = 42"),
    ("42", "The answer is 17 + 25 = 42."),
    ("42", "The answer is 42, since 17 and 25 are added."),
    ("42", "The answer is 42 steps."),
    ("42", "So the answer is 42.\n\nI hope this answer is helpful!"),
    ("42", "The answer is 42.\nLet me know if my answer is clear."),
    ("42", "Answer: 42\n\nExplanation: the answer is obtained by adding 17 and 25."),
    ("42", "The answer is 42 = 17 + 25."),
    ("-42", "The answer is $-42 = 17 - 59$."),
    ("1" * 5000, "The answer is " + "1" * 5000),
    ("0", "The answer is -0.0."),
    ("42", "The answer is 42.0"),
    ("42", "<think>\nMaybe the answer is 7.\n</think>\n\nThe answer is 42."),
    ("42", "The sum is:\n```\n42\n```"),
    ("42", "The answer is:\n\n```python\n42\n```\n\nLet me know if I can help with 3 more."),
    ("42", "The answer is not 7. Thus the answer is 42!"),
    ("1234567", "The answer is 1,234,567."),
    ("1234567", "$\\boxed{1{,}234{,}567}$"),
    ("123456789012345678901234567890", "= 123,456,789,012,345,678,901,234,567,890"),
    ("123456789012345678901234567891", "**123456789012345678901234567891**"),
    ("505", "The passenger pays **$505** in total."),
    ("505", "The total cost is $505.00."),
    ("-1", "There is no such index, so the answer is -1."),
    ("-1", "The answer is −1."),
    ("7", "1. 3 + 4\n2. equals 7\n\nAnswer = 7"),
    ("True", "True"),
    ("True", "The answer is yes.\n\nI hope the answer is clear, no?"),
    ("True", "Yes, it is a palindrome."),
    ("True", "Yes.\n\nReading it backwards gives the same letters."),
    ("False", "The answer is **No**."),
    ("False", "The answer is `false`."),
    ("False", "Reading it backwards gives other letters.\n\nTherefore: False."),
    ("[1, 2, 3]", "[1, 2, 3]"),
    ("[1, 2, 3]", "The answer is [1,2,3]."),
    ("[1, 2, 3]", "The sorted list is 1, 2, 3. The answer is: 1, 2, and 3."),
    ("[1, 2, 3]", "$\\boxed{[1, 2, 3]}$"),
    ("[1, 2, 3]", "The result is `[1, 2, 3]`, as [3, 2, 1] reversed is.\n\n**Answer:** (1, 2, 3)"),
    ("['a', 'b c']", 'Moving on, we get:\n```json\n["a", "b c"]\n```'),
    ("['a', 'b']", "The words in order:\n\n- a\n- b"),
    ("['a', 'b']", "Answer:\n1. **a**\n2. **b**"),
    ("['a', 'b']", "The sorted words are ['a', 'b']."),
    ("[[1, 2], [3]]", "The chunks are [[1, 2], [3]]."),
    ("[[1, 2], [3]]", "The answer is ((1, 2), (3))"),
    ("[]", "The answer is []."),
    ("[1, 2]", "The answer is [1, 2].\n\nNote that the answer is a list of 2 numbers."),
    ("[5]", "The answer is 5"),
    ("cba", "The reversed string is `cba`."),
    ("cba", 'The answer is "cba".'),
    ("cba", "The answer is cba."),
    ("cba", "The answer is cba.\n\nI hope this answer is helpful."),
    ("cba", "**cba**"),
    ("cba", "\\boxed{\\text{cba}}"),
    ("T-GE-AC", "The answer is: T-GE-AC"),
    ("19.714", "With dots it reads **19.714**."),
    ("Pending", "Nobody has won yet.\n\nAnswer: Pending."),
    ("007", "The answer is 007."),
    ("lbm d", "The answer is 'lbm d'."),
    ("umaa Ok's", "The answer is umaa Ok's"),
    ("<3>4<4>2<5>", "The answer is 42."),
    ("[<3>4<4>2<5>]", "The answer is [4, 2]"),
]
WRONG = [
    ("42", "The answer is 24."),
    ("42", "The answer is 42. No, wait: the answer is 24."),
    ("42", "The answer is 6 + 36 = 43."),
    ("42", "42 is one candidate, but the answer is 7."),
    ("42", "<think>\nThe answer is 42. Or is it"),
    ("42", "I cannot tell."),
    ("42", ""),
    ("42", "The answer is 42.5."),
    ("42", "The answer is 4,2"),
    ("123456789012345678901234567890", "The answer is 123456789012345678901234567891."),
    ("True", "The answer is no."),
    ("True", "Nothing can be said."),
    ("[1, 2, 3]", "[3, 2, 1]"),
    ("[1, 2, 3]", "The answer is [1, 2]."),
    ("[1, 2]", "12"),
    ("cba", "The answer is abc."),
    ("cba", "The answer is CBA."),
    ("19.714", "The answer is 19,714."),
    ("007", "The answer is 7."),
]


@pytest.mark.parametrize(("expected", "text"), RIGHT)
def test_right(expected: str, text: str) -> None:
    assert same_final_answer(expected, text), final_answer(text, kind_of(expected))


@pytest.mark.parametrize(("expected", "text"), WRONG)
def test_wrong(expected: str, text: str) -> None:
    assert not same_final_answer(expected, text), final_answer(text, kind_of(expected))


def test_kinds() -> None:
    found = {
        expected: kind_of(expected) for expected in ("42", "-1", "0", "007", "19.714", "True", "[1]", "<1>4<2>", "no")
    }
    assert list(found.values()) == ["number"] * 3 + ["text"] * 2 + ["truth", "list", "number", "text"]


@pytest.mark.parametrize(
    "said", ["The answer is {}.", "**Answer:** {}", "So the answer is {}", "Answer:\n```\n{}\n```"]
)
def test_every_task(said: str) -> None:
    """The right answer of every task is read back, and another sample's is told from it."""
    for task in tasks.all_tasks().values():
        length = max(task.min_length, min(task.max_length or 7, 7))
        answers = [marks.plain(make_sample(task.id, length, 0, index, "direct")["answer"]) for index in range(4)]
        for answer in filter(None, answers):
            assert same_final_answer(answer, said.format(answer)), (task.id, answer)
            others = [other for other in answers if other and other != answer]
            assert not any(same_final_answer(answer, said.format(other)) for other in others), (task.id, answer)
