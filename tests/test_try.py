"""``try`` in rules: by execution against CPython, in every style, and going on from every loop test."""

from __future__ import annotations

import ast
import copy
import math
from typing import Any

import pytest

from metarfft.rules import STYLES, Rule, RuleError, format_answer, parse_answer, same_answer
from metarfft.rules.errors import BudgetError
from metarfft.rules.verify import verify

CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "bad number": (
        """
def f(text):
    try:
        return int(text) * 2
    except ValueError:
        return -1
""",
        [{"text": "12"}, {"text": "x1"}, {"text": ""}],
    ),
    "bare": (
        """
def f(a, i):
    try:
        x = a[i]
    except:
        x = 0
    return x + 1
""",
        [{"a": [1, 2], "i": 1}, {"a": [1, 2], "i": 2}, {"a": {"k": 5}, "i": "k"}, {"a": {"k": 5}, "i": "j"}],
    ),
    "several": (
        """
def f(a, i, d):
    try:
        q = a[i] // d
        k = {1: 'one', 2: 'two'}[q]
    except IndexError:
        return 'no such place'
    except (KeyError, ZeroDivisionError) as error:
        return 'bad: ' + str(error)
    except Exception as error:
        return f'other: {error}'
    else:
        k += '!'
    return k
""",
        [{"a": [4, 2], "i": 0, "d": 2}, {"a": [4], "i": 3, "d": 2}, {"a": [4], "i": 0, "d": 0},
         {"a": [40], "i": 0, "d": 2}, {"a": ["4"], "i": 0, "d": 2}],
    ),
    "loop": (
        """
def f(items):
    total, bad = 0, []
    for item in items:
        try:
            value = int(item)
            if value == 0:
                continue
            if value < 0:
                break
            total += 100 // value
        except ValueError:
            bad.append(item)
            continue
        except ZeroDivisionError:
            break
        total += 1
    return total, bad
""",
        [{"items": ["5", "x", "0", "7", "y", "-1", "3"]}, {"items": []}, {"items": ["a"]}],
    ),
    "nested": (
        """
def f(rows):
    out = []
    for row in rows:
        try:
            try:
                n = row['n']
                out.append(10 // n)
            except KeyError:
                out.append(int(row['text']))
            except TypeError as e:
                out.append(str(e)[:11])
        except (ValueError, ZeroDivisionError):
            out.append(None)
        except LookupError:
            out.append('missing')
    return out
""",
        [{"rows": [{"n": 3}, {"text": "7"}, {"text": "q"}, {"n": 0}, {}, {"n": "z"}]}],
    ),
    "own": (
        """
def check(x, low):
    if x < low:
        raise ValueError('too small: ' + str(x))
    if x > 100:
        raise KeyError(x)
    return x

def f(numbers):
    good = 0
    notes = []
    for x in numbers:
        try:
            good += check(x, 0)
        except ValueError as err:
            notes.append(str(err))
        except KeyError as err:
            notes.append('key ' + str(err))
    if good > 50:
        raise RuntimeError('sum is %d' % good)
    return good, notes
""",
        [{"numbers": [3, -1, 200, 5]}, {"numbers": [60]}, {"numbers": []}],
    ),
    "again": (
        """
def parse(text):
    try:
        return int(text)
    except ValueError:
        if text == '?':
            return 0
        raise

def f(texts):
    out = []
    for text in texts:
        try:
            out.append(parse(text))
        except ValueError as e:
            out.append('bad ' + str(e))
    return out
""",
        [{"texts": ["1", "?", "x"]}],
    ),
    "raised with another": (
        """
def f(a):
    try:
        return a['k'] + 1
    except KeyError as e:
        raise ValueError('no k') from e
    except TypeError as e:
        raise e
""",
        [{"a": {"k": 1}}, {"a": {}}],
    ),
    "own uncaught": (
        """
def f(a):
    try:
        if a > 3:
            raise KeyError('big')
        if a > 1:
            raise ValueError('middle')
    except KeyError:
        return 'caught'
    return 'none'
""",
        [{"a": 4}, {"a": 2}, {"a": 0}],
    ),
    "recursion": (
        """
def f(tree, depth):
    if depth > 2:
        raise ValueError('deep')
    total = 0
    for item in tree:
        if isinstance(item, list):
            try:
                total += f(item, depth + 1)
            except ValueError:
                total += 1000
                if depth == 1:
                    raise
        else:
            total += item
    return total
""",
        [{"tree": [1, [2, [3, [4]]], 5, [6]], "depth": 0}, {"tree": [[1], [2]], "depth": 0}],
    ),
    "comprehension": (
        """
def f(text):
    values = ['none']
    try:
        values = [int(part) for part in text.split(',')]
    except ValueError:
        pass
    return values
""",
        [{"text": "1,2,3"}, {"text": "1,2,x"}],
    ),
    "comprehension in a loop": (
        """
def f(texts):
    out = []
    for text in texts:
        try:
            values = [int(part) for part in text.split(',')]
        except ValueError:
            continue
        out.append(sum(v * v for v in values))
    return out
""",
        [{"texts": ["1,2", "x", "3", "1,y", ""]}],
    ),
    "condition": (
        """
def f(a, n):
    count = 0
    try:
        while a[count] != n:
            count += 1
    except IndexError:
        count = -1
    try:
        return count if a[0] < n and any(x > n for x in a) else max(x for x in a if x > n)
    except (ValueError, TypeError) as e:
        return [count, type(n) == int]
""".replace("type(n) == int", "isinstance(n, int)"),
        [{"a": [1, 5, 7], "n": 5}, {"a": [1, 5], "n": 9}, {"a": [1, 5], "n": "x"}],
    ),
    "else and finally": (
        """
def f(d, key):
    log = []
    found = None
    try:
        found = d[key]
    except KeyError:
        log.append('missing')
    else:
        log.append('there')
    finally:
        log.append('done')
    return found, log
""",
        [{"d": {"a": 1}, "key": "a"}, {"d": {"a": 1}, "key": "b"}],
    ),
    "finally of an error": (
        """
def f(d, key):
    log = []
    def get(k):
        try:
            x = d[k]
        finally:
            log.append(k)
        return x
    try:
        get(key)
        get('zz')
    except KeyError as e:
        log.append(str(e))
    return log
""",
        [{"d": {"a": 1}, "key": "a"}, {"d": {"a": 1}, "key": "b"}],
    ),
    "loops in a handler": (
        """
def f(items, start):
    stack = [start]
    seen = []
    while stack:
        try:
            at = stack.pop()
            seen.append(at)
            for k in range(at, 9 // at):
                seen.append(items[k] // (k - 1))
        except ZeroDivisionError:
            for step in range(2):
                while step < 2:
                    step += 1
                    seen.append(-step)
                    if len(stack) < 3 and len(seen) < 9:
                        stack.append(step)
        except IndexError:
            seen.append('end')
            break
        else:
            for k in [7, 8]:
                seen.append(k)
    return seen
""",
        [{"items": [4, 3, 2], "start": 1}, {"items": [4, 3, 2, 8, 8, 8, 8, 8, 9, 1, 1], "start": 2},
         {"items": [1], "start": 0}],
    ),
    "calls in loops": (
        """
def f(rows):
    seen = []
    def visit(row, depth):
        best = 0
        for item in row:
            try:
                while depth < 3:
                    depth += 1
                    best = max(best, visit(item, depth))
            except TypeError:
                for k in range(2):
                    best += item * k
            except ValueError as e:
                seen.append(str(e))
                raise
        if best > 20:
            raise ValueError('best is ' + str(best))
        return best
    total = 0
    for row in rows:
        try:
            total += visit(row, 0)
        except ValueError:
            total -= 1
            for k in range(2):
                total += k
    return total, seen
""",
        [{"rows": [[1, [2, 3]], [[4], 5], [30, 1], [[[40]]]]}],
    ),
    "stale": (
        """
def f(rows):
    out = []
    squares = []
    for row in rows:
        try:
            if row:
                squares = [10 // x for x in row]
            out.append(len(squares))
        except ZeroDivisionError:
            out.append(squares)
    return out
""",
        [{"rows": [[1, 2], [5, 0], [], [0], [1]]}],
    ),
    "unpacking": (
        """
def f(text):
    try:
        first, second = text.split('-')
        a, *rest = second.split('.')
        return first, a, rest, {k: int(v) for k, v in [r.split('=') for r in rest]}
    except ValueError as e:
        return f'{text}: {e}'
""",
        [{"text": "a-b.x=1.y=2"}, {"text": "a"}, {"text": "a-b-c"}, {"text": "a-b.x"}, {"text": "a-b.x=z"}],
    ),
    "for else": (
        """
def f(items):
    for item in items:
        try:
            if 6 // item == 3:
                break
        except ZeroDivisionError:
            if len(items) > 3:
                break
    else:
        return 'none'
    return item
""",
        [{"items": [1, 2, 3]}, {"items": [0, 1]}, {"items": [1, 0, 4, 2]}],
    ),
    "methods": (
        """
def f(values, x):
    out = []
    for way in range(9):
        try:
            if way == 0:
                out.append(values.index(x))
            elif way == 1:
                values.remove(x)
            elif way == 2:
                out.append(values.pop(7))
            elif way == 3:
                out.append('ab'.index('c'))
            elif way == 4:
                out.append(max([]))
            elif way == 5:
                out.append(chr(-1))
            elif way == 6:
                out.append({}.popitem())
            elif way == 7:
                out.append(sorted(values + ['a']))
            else:
                out.append(values.upper())
        except ValueError as e:
            out.append('v ' + str(e))
        except IndexError as e:
            out.append('i ' + str(e))
        except KeyError as e:
            out.append('k ' + str(e))
        except TypeError as e:
            out.append('t ' + str(e))
        except AttributeError:
            out.append('a')
    return out
""",
        [{"values": [1, 2, 3], "x": 9}, {"values": [1, 2, 3], "x": 2}],
    ),
    "never": (
        """
def f(a):
    try:
        b = a + 1
    except (OSError, MemoryError):
        return 'never'
    try:
        return b // a
    except (OSError, ArithmeticError):
        return None
""",
        [{"a": 2}, {"a": 0}],
    ),
}


def cpython(text: str, inputs: dict[str, Any]) -> str:
    """The answer of the text itself; an error as a rule's answer says it."""
    names: dict[str, Any] = {"math": math}
    exec(text, names)
    try:
        return format_answer(names["f"](**copy.deepcopy(inputs)))
    except Exception as error:
        said = error.args[0] if error.args else ""
        return f"error: {type(error).__name__}" + (f": {said}" if said != "" else "")


def resumed(rule: Rule, inputs: dict[str, Any], style: str) -> int:
    """Goes on from every loop test; how many there are."""
    trace = rule.trace(inputs, STYLES[style], 5, full_state=True)
    texts, sites = trace.texts, rule.program(STYLES[style], True).sites
    tests = 0
    for at, ((site, _), text) in enumerate(zip(trace.steps, texts, strict=True)):
        if sites[site].kind in ("loop_in", "loop_out"):
            (state,) = [line for line in text.split("\n") if line.startswith("state: ")]
            assert rule.go_on(sites[site].lineno, state, STYLES[style]).texts == texts[at:], state
            tests += 1
    return tests


@pytest.mark.parametrize("name", CASES)
def test_as_in_python(name: str) -> None:
    text, inputs = CASES[name]
    rule = Rule(text)
    assert Rule(rule.source).source == rule.source
    for given in inputs:
        expected = cpython(text, given)
        assert cpython(rule.source, given) == expected, rule.source
        assert format_answer(rule.run(given)) == expected, rule.source
        for style in STYLES:
            followed = rule.trajectory(given, style)
            assert same_answer(expected, parse_answer(followed)), followed
            assert verify(rule, given, followed, style).correct, followed
            assert "\n\n" not in followed
            rule.scratchpad(given, style)


@pytest.mark.parametrize("name", CASES)
def test_goes_on_from_every_loop_test(name: str) -> None:
    text, inputs = CASES[name]
    rule = Rule(text)
    tests = sum(resumed(rule, given, style) for given in inputs for style in STYLES)
    assert tests or not any(isinstance(node, (ast.For, ast.While)) for node in ast.walk(rule.module))


def test_wording() -> None:
    rule = Rule(CASES["own"][0])
    said = "it fails: ValueError\n        except ValueError as err:\nenter except, back at depth 0\n"
    assert said in rule.trajectory({"numbers": [-1]})
    assert rule.trajectory({"numbers": [60]}).endswith("So the answer is error: RuntimeError: sum is 60")
    rule = Rule(CASES["own uncaught"][0])
    assert rule.trajectory({"a": 2}).endswith(
        "it fails: ValueError\n    except KeyError:\ndo not enter except\nno except takes it\n"
        "So the answer is error: ValueError: middle"
    )
    assert rule.text("english")[1:8] == [
        "1. Try this: do steps 1.1 and 1.2.", "1.1. If a is greater than 3, do step 1.1.1.",
        "1.1.1. Stop with the error KeyError and the message 'big'.", "1.2. If a is greater than 1, do step 1.2.1.",
        "1.2.1. Stop with the error ValueError and the message 'middle'.",
        "2. If that fails with KeyError, do step 2.1.", "2.1. The answer is 'caught'.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        "    while True:\n        try:\n            n += 1\n        except Exception:\n            pass\n",
        "    try:\n        return [0] * 10 ** 9\n    except Exception:\n        return 1\n",
        "    try:\n        return f(n + 1)\n    except RuntimeError:\n        return 1\n",
        "    try:\n        return 2 ** 10 ** 6\n    except (ValueError, RuntimeError):\n        return 1\n",
    ],
)
def test_budgets_are_not_caught(body: str) -> None:
    rule = Rule("def f(n):\n" + body)
    for call in (rule.run, rule.trace):
        with pytest.raises(BudgetError):
            call({"n": 1})


def test_an_error_of_python_that_nobody_catches_names_its_line() -> None:
    rule = Rule("def f(a):\n    try:\n        return a[0]\n    except KeyError:\n        return 1\n")
    for call in (rule.run, rule.trace):
        with pytest.raises(RuleError, match=r"line 3 \(return a\[0\]\): list index out of range"):
            call({"a": []})


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("try:\n x = 1 // a\nexcept ValueError as e:\n return repr(e)", "only the text can be read"),
        ("try:\n x = 1 // a\nexcept ValueError as e:\n return e.args[0]", "of an error only the text can be read"),
        ("e = 1\ntry:\n x = 1 // a\nexcept ValueError as e:\n return str(e)", "give the error another name"),
        ("try:\n x = 1 // a\nexcept Warning:\n return 1", "some of Python's own errors"),
        ("try:\n return 1 // a\nfinally:\n a = 2\n a += 1", "a finally is not possible where"),
        ("try:\n x = 1 // a\nexcept* ValueError:\n x = 1", "write except"),
        ("if a:\n raise\nreturn 1", "raise alone is possible in an except"),
        ("try:\n x = 1 // a\nexcept ValueError:\n for k in [1]:\n  a += k\n raise", "raise alone is possible in"),
    ],
)
def test_what_is_refused(lines: str, reason: str) -> None:
    text = "def f(a):\n" + "".join(f"    {line}\n" for line in lines.split("\n")) + "    return a\n"
    with pytest.raises(RuleError, match=reason) as refused:
        Rule(text)
    assert "\n" not in str(refused.value)
