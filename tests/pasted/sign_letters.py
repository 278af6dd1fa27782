from collections import Counter
from typing import List


class Solution:
    def mostSigns(self, letters: str, signs: List[str]) -> int:
        """A box of letters is used up sign by sign, in the given order, until one sign lacks a letter."""
        box = Counter(letters)
        done = 0
        for sign in signs:
            need = Counter(sign)
            if any(box[letter] < count for letter, count in need.items()):
                break
            box -= need
            done += 1
        return done


if __name__ == "__main__":
    print(Solution().mostSigns("stopgo", ["go", "top"]))
