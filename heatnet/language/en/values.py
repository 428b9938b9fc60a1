"""Kinds, measures and methods that stand in tables, as the reader says them."""

WORDS = {
    "segment": "pipe",
    "station": "station",
    "trench": "trench",
    "renew": "renew",
    "part": "renew in part",
    "clean": "clean",
    "balance": "balance",
    "valve": "valve",
    "heatnet": "heatnet",
    "age": "age",
    "past_faults": "past faults",
    "random": "random",
    "oracle": "perfect foresight",
    "yes": "yes",
    "no": "no",
    "faults": "faults",
    "heat": "heat lost",
    "cold": "cold homes",
}
