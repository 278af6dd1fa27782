import heapq
from typing import List


class Solution:
    def glueCost(self, boards: List[int]) -> int:
        """Gluing two boards costs their joint length. What does it cost at least to make one board of all?"""
        heap = list(boards)
        heapq.heapify(heap)
        cost = 0
        while len(heap) > 1:
            joint = heapq.heappop(heap) + heapq.heappop(heap)
            cost += joint
            heapq.heappush(heap, joint)
        return cost
