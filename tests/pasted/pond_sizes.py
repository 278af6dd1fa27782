from typing import List


class Solution:
    def largestPond(self, map_: List[List[int]]) -> int:
        # 1 is water, 0 is land; fields that touch at a side belong to one pond
        best = 0
        size = 0

        def fill(row: int, column: int) -> None:
            nonlocal size
            if row < 0 or row >= len(map_) or column < 0 or column >= len(map_[0]):
                return
            if map_[row][column] == 0:
                return
            map_[row][column] = 0
            size += 1
            fill(row + 1, column)
            fill(row - 1, column)
            fill(row, column + 1)
            fill(row, column - 1)

        for i in range(len(map_)):
            for j in range(len(map_[0])):
                size = 0
                fill(i, j)
                best = max(best, size)
        return best
