"""Score a scale."""

RANGE = (0, 27)


def score(items):
    return items.sum(axis=1)
