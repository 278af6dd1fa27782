"""A year's energy bill under a tariff with blocks, a winter discount and a credit for solar power."""

from __future__ import annotations

import random

from metarfft.tasks import Task

TARIFF = """Energy tariff.
Every month has a base fee of 8. The first 100 kWh of a month cost 1 each, the next 200 cost 2 each, all others 3 each.
Homes with electric heating get 40 off each month of more than 300 kWh, but nothing off its base fee.
Solar power that is fed in earns 1 per kWh in its own month; a month never costs less than its base fee."""


def energy_bill(heating, months):
    total = 0
    while months:
        used, solar = months.pop(0)
        cost = 0
        if used > 300:
            cost = 100 + 400 + (used - 300) * 3
            if heating == 'electric':
                cost -= 40
        elif used > 100:
            cost = 100 + (used - 100) * 2
        else:
            cost = used
        cost -= solar
        if cost < 0:
            cost = 0
        total += cost + 8
    return total


def sample(length: int, rng: random.Random) -> dict:
    """Months of every block, the limits themselves among them; a third of them with solar power."""
    months = []
    for _ in range(length):
        used = rng.choice((rng.randint(20, 99), 100, rng.randint(101, 299), 300, rng.randint(301, 450)))
        months.append([used, rng.choice((0, 0, rng.randint(1, 150)))])
    return {"heating": rng.choice(("electric", "gas")), "months": months}


TASK = Task(
    id="energy_bill",
    rule=energy_bill,
    sample=sample,
    questions=(
        "With {heating} heating, what do these months (kWh used, kWh fed in) cost together: {months}?",
        "What is the bill of a home with {heating} heating for months of these kWh used and fed in: {months}?",
    ),
    source="practical",
    split="downstream",
    length_is="number of months",
    description="an energy bill under a tariff with blocks, a discount and a solar credit",
    background=TARIFF,
)
