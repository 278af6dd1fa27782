# 1. Shelf labels
#
# A shelf is described by a text with one letter per box, boxes of one kind side by side. The label of a shelf names
# each group once: its letter, and how many boxes it has where these are more than one.
#
# Example: "aaabcc" is labelled "a3bc2".


class Solution:
    def shelfLabel(self, shelf: str) -> str:
        if not shelf:
            return ""
        label = []
        start = 0
        for i in range(1, len(shelf) + 1):
            if i == len(shelf) or shelf[i] != shelf[start]:
                label.append(self.group(shelf[start], i - start))
                start = i
        return "".join(label)

    def group(self, letter: str, count: int) -> str:
        return f"{letter}{count}" if count > 1 else letter
