from typing import List, Set


class Solution:
    def longestBench(self, sold: List[int], seats: int) -> int:
        """Of the seats 1 to `seats` some are sold. How many friends can sit side by side?"""
        taken: Set[int] = set(sold)
        best = 0
        for seat in range(1, seats + 1):
            if seat in taken or (seat > 1 and seat - 1 not in taken):
                continue  # sold, or in the middle of a bench
            end = seat
            while end <= seats and end not in taken:
                end += 1
            best = max(best, end - seat)
        return best
