from typing import List, Tuple


class Solution(object):
    # The heaviest parcel is loaded first; of equal ones the one whose street comes first in the alphabet.
    def loadingOrder(self, weights: List[int], streets: List[str]) -> List[str]:
        parcels: List[Tuple[int, str]] = list(zip(weights, streets))
        parcels.sort(key=lambda parcel: (-parcel[0], parcel[1]))
        return [street for _, street in parcels]
