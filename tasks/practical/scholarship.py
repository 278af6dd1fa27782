"""Does a student keep a scholarship, by the results of the courses in their order?"""

from __future__ import annotations

import random

from metarfft.tasks import Task

POLICY = """Scholarship policy.
Courses count in the order in which they were taken. A course is passed with 50 points and then gives its credits.
A failed course is a warning; a course passed with 80 points or more takes one warning back, if there is one.
Whoever has three warnings at the same time loses the scholarship at once.
In the end it is kept with at least half of the credits that were taken."""


def keeps_scholarship(courses):
    warnings = 0
    taken = 0
    earned = 0
    while courses:
        points, credits = courses.pop(0)
        taken += credits
        if points >= 50:
            earned += credits
            if points >= 80 and warnings > 0:
                warnings -= 1
        else:
            warnings += 1
            if warnings == 3:
                return False
    return earned * 2 >= taken


def sample(length: int, rng: random.Random) -> dict:
    """Results around the limits; the share of failed courses is drawn anew until both answers are equally frequent."""
    wanted = rng.random() < 0.5
    while True:
        failing = rng.choice((0.1, 0.3, 0.5))
        courses = []
        for _ in range(length):
            passed = rng.choice((50, rng.randint(51, 79), 80, rng.randint(81, 100)))
            points = rng.choice((49, rng.randint(10, 48))) if rng.random() < failing else passed
            courses.append([points, rng.randint(1, 6)])
        if keeps_scholarship([*courses]) == wanted:
            return {"courses": courses}


TASK = Task(
    id="scholarship",
    rule=keeps_scholarship,
    sample=sample,
    questions=(
        "Is the scholarship kept with these courses (points, credits): {courses}?",
        "Does a student with the results {courses} (points, credits) keep the scholarship?",
    ),
    source="practical",
    split="downstream",
    length_is="number of courses",
    description="is a scholarship kept, by warnings and credits",
    background=POLICY,
)
