"""Who wins a game of tic-tac-toe, A or B, or is it a draw or still pending?

Source: LeetCode 1275, Find Winner on a Tic Tac Toe Game. A begins; a move is a row and a column.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task


def tic_tac_toe(moves):
    rows = [0, 0, 0]
    columns = [0, 0, 0]
    diagonals = [0, 0]
    count = 0
    mark = 1
    while moves:
        row, column = moves.pop(0)
        rows[row] += mark
        columns[column] += mark
        if row == column:
            diagonals[0] += mark
        if row + column == 2:
            diagonals[1] += mark
        count += 1
        if 3 * mark in [rows[row], columns[column], diagonals[0], diagonals[1]]:
            return "A" if mark == 1 else "B"
        mark = -mark
    return "Draw" if count == 9 else "Pending"


def sample(length: int, rng: random.Random) -> dict:
    """``length`` moves of a game that nobody wins before the last one; half the games that can be won then are."""
    cells = [[row, column] for row in range(3) for column in range(3)]
    won = length >= 5 and rng.random() < 0.5
    while True:
        moves = rng.sample(cells, length)
        if tic_tac_toe(moves[:-1]) == "Pending" and (tic_tac_toe(moves[:]) in ("A", "B")) == won:
            return {"moves": moves}


TASK = Task(
    id="lc_1275",
    rule=tic_tac_toe,
    sample=sample,
    questions=(
        "A and B play tic-tac-toe with the moves {moves}. Is the result A, B, Draw or Pending?",
        "Who wins tic-tac-toe with the moves {moves}, A first? Answer A, B, Draw or Pending.",
    ),
    source="leetcode",
    split="pretrain",
    length_is="number of moves (at most 9)",
    description="result of a game of tic-tac-toe: A, B, Draw or Pending",
    max_length=9,
)
