from functools import lru_cache
from typing import List


class Solution:
    """Ways to pay: how many sets of coins make up the amount exactly, if there is no end of any coin?"""

    def waysToPay(self, amount: int, coins: List[int]) -> int:
        @lru_cache(maxsize=None)
        def ways(left: int, kinds: int) -> int:
            if left == 0:
                return 1
            if left < 0 or kinds == 0:
                return 0
            return ways(left - coins[kinds - 1], kinds) + ways(left, kinds - 1)

        return ways(amount, len(coins))
