from typing import List, Optional


class Solution:
    def tillTotal(self, lines: List[str], start: Optional[int] = None) -> str:
        """The lines of a till: numbers are added, "undo" takes the last one back, anything else is not read."""
        numbers = [] if start is None else [start]
        unread = 0
        for line in lines:
            if line == "undo":
                assert numbers, "nothing to take back"
                numbers.pop()
                continue
            try:
                numbers.append(int(line))
            except ValueError:
                unread += 1
        print("numbers so far:", numbers)
        return f"total {sum(numbers):>6} of {len(numbers)} ({unread} unread)"


print(Solution().tillTotal(["12", "5", "undo", "eggs"]))
