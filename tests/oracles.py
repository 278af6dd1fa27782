"""The expected answer of every task, worked out by other means than its rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from itertools import accumulate, combinations, groupby, pairwise, product, zip_longest
from typing import Any

VOWELS = "aeiouAEIOU"
ADJECTIVES = [
    "good", "bad", "big", "small", "old", "new", "round", "flat",
    "red", "blue", "greek", "thai", "iron", "wood", "cooking", "riding",
]  # fmt: skip
ANIMALS, FRUITS = {"cat", "dog", "cow", "hen"}, {"plum", "pear", "fig", "kiwi"}


def reduce_by(pattern: str, text: str) -> str:
    """The text after the pattern's matches have been removed again and again."""
    while re.search(pattern, text):
        text = re.sub(pattern, "", text)
    return text


def permuted(text: str, chars: str, order: Callable[[list[str]], list[str]]) -> str:
    """The text with those of its characters that are among ``chars`` put in another order."""
    chosen = iter(order([ch for ch in text if ch in chars]))
    return re.sub(f"[{chars}]", lambda _: next(chosen), text)


def lc_1598(steps: list[str]) -> int:
    # The depth is the height above the lowest level reached, the main folder included.
    levels = list(accumulate(({"../": -1, "./": 0}.get(step, 1) for step in steps), initial=0))
    return levels[-1] - min(levels)


def lc_3324(target: str) -> list[str]:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return [target[:i] + ch for i, last in enumerate(target) for ch in alphabet[: alphabet.index(last) + 1]]


def lc_125(s: str) -> bool:
    kept = re.sub("[^a-z0-9]", "", s.lower())
    return kept == kept[::-1]


def nupa_digit_max(a: str, b: str) -> str:
    return "".join(map(max, zip_longest(reversed(a), reversed(b), fillvalue="0")))[::-1]


def navigate(steps: list[str]) -> bool:
    directions = {"left": -1, "right": 1, "forward": 1j, "backward": -1j}
    return sum(int(step.split()[0]) * directions[step.split()[1]] for step in steps) == 0


def lc_674(nums: list[int]) -> int:
    signs = "".join("<" if a < b else " " for a, b in pairwise(nums))
    return 1 + max(map(len, signs.split()), default=0)


def lc_541(s: str, k: int) -> str:
    blocks = [s[i : i + k] for i in range(0, len(s), k)]
    return "".join(block if i % 2 else block[::-1] for i, block in enumerate(blocks))


def lc_2810(s: str) -> str:
    before, after = s.split("i")
    return before[::-1] + after


def lc_1041(instructions: str) -> bool:
    # Four rounds bring a bounded robot back to its start.
    place, facing = 0j, 1j
    for step in instructions * 4:
        if step == "G":
            place += facing
        else:
            facing *= 1j if step == "L" else -1j
    return place == 0


def lc_682(operations: list[str]) -> int:
    def scores(rest: list[str]) -> list[int]:
        if not rest:
            return []
        earlier = scores(rest[:-1])
        match rest[-1]:
            case "C":
                return earlier[:-1]
            case "D":
                return [*earlier, 2 * earlier[-1]]
            case "+":
                return [*earlier, sum(earlier[-2:])]
            case number:
                return [*earlier, int(number)]

    return sum(scores(operations))


def lc_2562(nums: list[int]) -> int:
    half = len(nums) // 2
    pairs = zip(map(str, nums[:half]), map(str, nums[::-1][:half]), strict=True)
    return sum(int(a + b) for a, b in pairs) + (nums[half] if len(nums) % 2 else 0)


def lc_1704(s: str) -> bool:
    left, right = (len(re.findall(f"[{VOWELS}]", part)) for part in (s[: len(s) // 2], s[len(s) // 2 :]))
    return left == right


def lc_414(nums: list[int]) -> int:
    ranked = sorted(set(nums), reverse=True)
    return ranked[2] if len(ranked) > 2 else ranked[0]


def lc_1576(s: str) -> str:
    while "?" in s:
        i = s.index("?")
        s = s[:i] + min(set("abc") - {s[i - 1 : i], s[i + 1 : i + 2]}) + s[i + 1 :]
    return s


def lc_2582(n: int, time: int) -> int:
    there_and_back = [*range(1, n), *range(n, 1, -1)]
    return there_and_back[time % len(there_and_back)]


def lc_2210(nums: list[int]) -> int:
    heights = [num for num, _ in groupby(nums)]
    return sum((a < b) == (b > c) for a, b, c in zip(heights, heights[1:], heights[2:], strict=False))


def lc_824(sentence: str) -> str:
    words = [re.sub(f"^([^{VOWELS}])(.*)", r"\2\1", word) for word in sentence.split()]
    return " ".join(word + "m" + "a" * (k + 1) for k, word in enumerate(words, 1))


def lc_2103(rings: str) -> int:
    placed = set(re.findall("..", rings))
    return sum({"R" + rod, "G" + rod, "B" + rod} <= placed for rod in "0123456789")


def lc_2899(nums: list[int]) -> list[int]:
    result = []
    for spot in (i for i, num in enumerate(nums) if num == -1):
        start = max((i for i in range(spot) if nums[i] != -1), default=-1) + 1
        seen = [-1, *(num for num in nums[:start][::-1] if num != -1)]
        k = spot - start + 1
        result.append(seen[k] if k < len(seen) else -1)
    return result


def lc_1694(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    head = (len(digits) - 2) // 3 * 3 if len(digits) % 3 == 1 else len(digits)
    return "-".join(re.findall("..?.?", digits[:head]) + re.findall("..", digits[head:]))


def lc_1823(n: int, k: int) -> int:
    winner = 0
    for size in range(2, n + 1):
        winner = (winner + k) % size
    return winner + 1


def lc_2645(word: str) -> int:
    # Each copy of abc ends where the letters stop growing.
    return 3 * (1 + sum(a >= b for a, b in pairwise(word))) - len(word)


def lc_2609(s: str) -> int:
    return max(2 * k for k in range(len(s) + 1) if "0" * k + "1" * k in s)


def lc_1275(moves: list[list[int]]) -> str:
    lines = [{(i, j) for j in range(3)} for i in range(3)] + [{(i, j) for i in range(3)} for j in range(3)]
    lines += [{(i, i) for i in range(3)}, {(i, 2 - i) for i in range(3)}]
    for player, first in (("A", 0), ("B", 1)):
        if any(line <= {tuple(move) for move in moves[first::2]} for line in lines):
            return player
    return "Pending" if len(moves) < 9 else "Draw"


def lc_3271(s: str, k: int) -> str:
    sums = [sum(map(ord, s[i : i + k])) - k * ord("a") for i in range(0, len(s), k)]
    return "".join(chr(ord("a") + total % 26) for total in sums)


def lc_2404(nums: list[int]) -> int:
    counts = Counter(num for num in nums if num % 2 == 0)
    return min(counts, key=lambda num: (-counts[num], num), default=-1)


def lc_605(bed: list[int], n: int) -> bool:
    # Of a run of z zeros with a zero added at each open end, (z - 1) // 2 can be planted.
    runs = re.findall("0+", "".join(map(str, [0, *bed, 0])))
    return sum((len(run) - 1) // 2 for run in runs) >= n


def lc_290(pattern: str, words: list[str]) -> bool:
    return len(set(pattern)) == len(set(words)) == len(set(zip(pattern, words, strict=True)))


def lc_228(nums: list[int]) -> list[str]:
    runs = [[num for _, num in run] for _, run in groupby(enumerate(nums), lambda pair: pair[1] - pair[0])]
    return [f"{run[0]}->{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]


def lc_387(s: str) -> int:
    return next((i for i, ch in enumerate(s) if s.count(ch) == 1), -1)


def lc_482(s: str, k: int) -> str:
    return "-".join(re.findall(f".{{1,{k}}}", s.replace("-", "").upper()[::-1]))[::-1]


def lc_2869(nums: list[int], k: int) -> int:
    return max(nums[::-1].index(num) for num in range(1, k + 1)) + 1


def lc_2682(n: int, k: int) -> list[int]:
    friends = [k * i * (i + 1) // 2 % n for i in range(2 * n + 1)]
    again = next(i for i, friend in enumerate(friends) if friend in friends[:i])
    return sorted({*range(1, n + 1)} - {friend + 1 for friend in friends[:again]})


def lc_388(tree: str) -> int:
    folders: dict[int, str] = {-1: ""}
    files = []
    for line in tree.split("\n"):
        name = line.lstrip("\t")
        depth = len(line) - len(name)
        path = f"{folders[depth - 1]}/{name}"
        if "." in name:
            files.append(path[1:])
        else:
            folders[depth] = path
    return max(map(len, files), default=0)


def lc_705(operations: list[str]) -> list[str]:
    keys: set[str] = set()
    results = []
    for word, key in map(str.split, operations):
        results.append(str(key in keys if word == "contains" else None))
        keys = keys | {key} if word == "add" else keys - {key} if word == "remove" else keys
    return results


def lc_1417(s: str) -> str:
    kinds = re.findall("[a-z]", s), re.findall("[0-9]", s)
    if abs(len(kinds[0]) - len(kinds[1])) > 1:
        return ""
    return "".join(map("".join, zip_longest(*sorted(kinds, key=len, reverse=True), fillvalue="")))


def lc_2460(nums: list[int]) -> list[int]:
    def merged(first: int, rest: list[int]) -> list[int]:
        if not rest:
            return [first]
        return [2 * first, *merged(0, rest[1:])] if first == rest[0] else [first, *merged(rest[0], rest[1:])]

    return sorted(merged(nums[0], nums[1:]), key=lambda num: num == 0)


def baggage_cost(cabin: str, route: str, bags: list[list[int]]) -> int:
    free, limit = {"economy": (1, 23), "premium": (2, 23), "business": (3, 32)}[cabin]
    further = max(0, len(bags) - free)
    fees = further * {"domestic": 40, "international": 75}[route] + max(0, further - 2) * 100
    heavy = [120 if weight > 32 else 60 for weight, _ in bags if weight > limit]
    return fees + sum(heavy) + 90 * sum(size > 158 for _, size in bags)


def energy_bill(heating: str, months: list[list[int]]) -> int:
    def cost(used: int) -> int:
        discount = 40 if heating == "electric" and used > 300 else 0
        return sum(1 + (n > 100) + (n > 300) for n in range(1, used + 1)) - discount

    return sum(8 + max(0, cost(used) - solar) for used, solar in months)


def scholarship(courses: list[list[int]]) -> bool:
    steps = [1 if points < 50 else -(points >= 80) for points, _ in courses]
    warnings = [*accumulate(steps, lambda held, step: max(0, held + step), initial=0)]
    earned = sum(credits if points >= 50 else -credits for points, credits in courses)
    return max(warnings) < 3 and earned >= 0


def without_each(items: Any) -> list[Any]:
    """The sequence without its first item, without its second one, and so on."""
    return [items[:i] + items[i + 1 :] for i in range(len(items))]


ORACLES: dict[str, Callable[..., object]] = {
    "bbh_dyck_languages": lambda brackets: reduce_by(r"\(\)|\[\]|\{\}", brackets) == "",
    "bbh_hyperbaton": lambda words: all(
        ADJECTIVES.index(a) // 2 <= ADJECTIVES.index(b) // 2 for a, b in pairwise(words)
    ),
    "bbh_navigate": navigate,
    "bbh_object_counting": lambda objects, kind: sum(map(objects.count, ANIMALS if kind == "animal" else FRUITS)),
    "bbh_reverse_list": lambda items: items[::-1],
    "bbh_word_sorting": lambda words: sorted(words),
    "sr_coin_flip": lambda flips: flips.count("yes") % 2 == 0,
    "sr_last_letter": lambda words: "".join(word[-1] for word in words),
    "lc_125": lc_125,
    "lc_258": lambda num: str((int(num) - 1) % 9 + 1) if int(num) else "0",
    "lc_283": lambda nums: sorted(nums, key=lambda num: num == 0),
    "lc_461": lambda list1, list2: sum(a ^ b for a, b in zip(list1, list2, strict=True)),
    "lc_1598": lc_1598,
    "lc_2544": lambda num: sum(map(int, num[::2])) - sum(map(int, num[1::2])),
    "lc_2677": lambda nums, size: [nums[i : i + size] for i in range(0, len(nums), size)],
    "lc_3324": lc_3324,
    "nupa_add": lambda a, b: str(int(a) + int(b)),
    "nupa_digit_max": nupa_digit_max,
    "nupa_get_digit": lambda num, position: num[position],
    "nupa_length": lambda num: len(num),
    "lc_228": lc_228,
    "lc_242": lambda s, t: sorted(s) == sorted(t),
    "lc_268": lambda nums: ({*range(len(nums) + 1)} - {*nums}).pop(),
    "lc_290": lc_290,
    "lc_344": lambda chars: chars[::-1],
    "lc_345": lambda s: permuted(s, VOWELS, lambda vowels: vowels[::-1]),
    "lc_383": lambda note, magazine: Counter(note) <= Counter(magazine),
    "lc_387": lc_387,
    "lc_392": lambda s, t: re.search(".*".join(s), t) is not None,
    "lc_414": lc_414,
    "lc_434": lambda s: len(s.split()),
    "lc_448": lambda nums: sorted({*range(1, len(nums) + 1)} - {*nums}),
    "lc_482": lc_482,
    "lc_485": lambda nums: max(map(len, "".join(map(str, nums)).split("0"))),
    "lc_520": lambda word: word in (word.upper(), word.lower(), word.capitalize()),
    "lc_541": lc_541,
    "lc_551": lambda record: record.count("A") < 2 and "LLL" not in record,
    "lc_557": lambda s: " ".join(word[::-1] for word in s.split(" ")),
    "lc_605": lc_605,
    "lc_674": lc_674,
    "lc_682": lc_682,
    "lc_796": lambda s, goal: len(s) == len(goal) and goal in s + s,
    "lc_824": lc_824,
    "lc_896": lambda nums: nums in (sorted(nums), sorted(nums, reverse=True)),
    "lc_1041": lc_1041,
    "lc_1275": lc_1275,
    "lc_1556": lambda n: f"{n:,}".replace(",", "."),
    "lc_1576": lc_1576,
    "lc_1694": lc_1694,
    "lc_1704": lc_1704,
    "lc_1823": lc_1823,
    "lc_2016": lambda nums: max((b - a for a, b in combinations(nums, 2) if a < b), default=-1),
    "lc_2057": lambda nums: next((i for i, num in enumerate(nums) if str(i)[-1] == str(num)), -1),
    "lc_2078": lambda colors: max(
        abs(i - j) for i, j in product(range(len(colors)), repeat=2) if colors[i] != colors[j]
    ),
    "lc_2103": lc_2103,
    "lc_2129": lambda word: word.capitalize() if len(word) > 2 else word.lower(),
    "lc_2185": lambda words, prefix: sum(word[: len(prefix)] == prefix for word in words),
    "lc_2210": lc_2210,
    "lc_2390": lambda s: reduce_by(r"[^*]\*", s),
    "lc_2404": lc_2404,
    "lc_2418": lambda names, heights: [name for _, name in sorted(zip(heights, names, strict=True), reverse=True)],
    "lc_2496": lambda strings: max(int(s) if re.fullmatch("[0-9]+", s) else len(s) for s in strings),
    "lc_2529": lambda nums: max(sum(num > 0 for num in nums), sum(num < 0 for num in nums)),
    "lc_2562": lc_2562,
    "lc_2582": lc_2582,
    "lc_2609": lc_2609,
    "lc_2645": lc_2645,
    "lc_2678": lambda details: sum(detail[11:13] > "60" for detail in details),
    "lc_2682": lc_2682,
    "lc_2785": lambda s: permuted(s, VOWELS, sorted),
    "lc_2810": lc_2810,
    "lc_2828": lambda words, s: "".join(word[0] for word in words) == s,
    "lc_2833": lambda moves: max(
        abs(2 * right - len(moves)) for right in (moves.count("R"), moves.count("R") + moves.count("_"))
    ),
    "lc_2869": lc_2869,
    "lc_2899": lc_2899,
    "lc_3271": lc_3271,
    "lc_388": lc_388,
    "lc_500": lambda words: [
        word for word in words if any({*word.lower()} <= {*row} for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm"))
    ],
    "lc_705": lc_705,
    "lc_890": lambda words, pattern: [
        word for word in words if [*map(word.index, word)] == [*map(pattern.index, pattern)]
    ],
    "lc_953": lambda words, order: sorted(words, key=lambda word: [*map(order.index, word)]) == words,
    "lc_1417": lc_1417,
    "lc_1909": lambda nums: any(all(a < b for a, b in pairwise(rest)) for rest in without_each(nums)),
    "lc_2047": lambda sentence: sum(
        re.fullmatch("([a-z]+(-[a-z]+)?)?[!.,]?", word) is not None for word in sentence.split()
    ),
    "lc_2423": lambda word: any(len({*Counter(rest).values()}) <= 1 for rest in without_each(word)),
    "lc_2460": lc_2460,
    "baggage_cost": baggage_cost,
    "energy_bill": energy_bill,
    "scholarship": scholarship,
}
