"""What a passenger pays for checked bags under an airline's regulations.

The setting is RuleArena's (airline baggage); the airline and its regulations are made up here.
"""

from __future__ import annotations

import random

from metarfft.tasks import Task

REGULATIONS = """Checked baggage.
Economy passengers check one bag free of charge, premium passengers two and business passengers three.
Every further bag costs 40 on domestic and 75 on international flights, and from the third further bag on 100 more.
A bag may weigh 23 kg, in business class 32 kg. A heavier one costs 60 more up to 32 kg, and 120 more beyond.
A bag whose length, width and height add up to more than 158 cm costs 90 more.
Surcharges are due for free bags too, and they add up."""


def baggage_cost(cabin, route, bags):
    if cabin == 'economy':
        free = 1
        limit = 23
    elif cabin == 'premium':
        free = 2
        limit = 23
    else:
        free = 3
        limit = 32
    number = 0
    total = 0
    while bags:
        weight, size = bags.pop(0)
        number += 1
        fee = 0
        if number > free:
            if route == 'domestic':
                fee += 40
            else:
                fee += 75
            if number > free + 2:
                fee += 100
        if weight > 32:
            fee += 120
        elif weight > limit:
            fee += 60
        if size > 158:
            fee += 90
        total += fee
    return total


def sample(length: int, rng: random.Random) -> dict:
    """Bags around the limits, each limit itself among them."""
    bags = []
    for _ in range(length):
        weight = rng.choice((rng.randint(5, 22), 23, rng.randint(24, 31), 32, rng.randint(33, 45)))
        size = rng.choice((rng.randint(90, 157), 158, rng.randint(159, 220)))
        bags.append([weight, size])
    cabin = rng.choice(("economy", "premium", "business"))
    return {"cabin": cabin, "route": rng.choice(("domestic", "international")), "bags": bags}


TASK = Task(
    id="baggage_cost",
    rule=baggage_cost,
    sample=sample,
    questions=(
        "What do the bags {bags} (kg, cm) cost on {route} flights in {cabin} class?",
        "In {cabin} class, what is due on {route} flights for bags of these kg and cm: {bags}?",
    ),
    source="practical",
    split="downstream",
    length_is="number of bags",
    description="what checked bags cost under an airline's regulations",
    max_length=16,
    background=REGULATIONS,
)
