from collections import deque
from typing import List


class Solution:
    DIRECTIONS = [(0, 1), (1, 0), (0, -1), (-1, 0)]

    def fewestMoves(self, floor: List[str]) -> int:
        """A robot stands in the upper left corner, its charger is in the lower right one, '#' is a pillar.

        Returns the least number of moves, or -1 where there is no way.
        """
        rows, columns = len(floor), len(floor[0])
        waiting = deque([(0, 0, 0)])
        seen = {(0, 0)}
        while waiting:
            row, column, moves = waiting.popleft()
            if row == rows - 1 and column == columns - 1:
                return moves
            for down, right in self.DIRECTIONS:
                r, c = row + down, column + right
                if 0 <= r < rows and 0 <= c < columns and floor[r][c] != "#" and (r, c) not in seen:
                    seen.add((r, c))
                    waiting.append((r, c, moves + 1))
        return -1
