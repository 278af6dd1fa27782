from typing import List


class Solution:
    def quietRows(self, noise: List[List[int]], limit: int) -> List[int]:
        """
        In a hall every seat has its noise. A row is quiet when no seat of it is above the limit.
        Return the mean noise (rounded down) of each quiet row, the front row first.

        :type noise: List[List[int]]
        :rtype: List[int]
        """
        quiet = [row for row in noise if row and all(seat <= limit for seat in row)]
        return [sum(row) // len(row) for row in quiet]
