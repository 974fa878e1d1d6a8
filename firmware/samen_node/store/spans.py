"""Sets of numbers as sorted, disjoint, closed spans [[first, last], …]: what is acked, what is lost."""


def add(spans, first, last):
    """Put first…last into the set, in place."""
    kept = []
    for a, b in spans:
        if b + 1 < first or last + 1 < a:
            kept.append([a, b])
        else:
            first, last = min(a, first), max(b, last)
    kept.append([first, last])
    kept.sort()
    spans[:] = kept


def remove(spans, first, last):
    """Take first…last out of the set, in place."""
    kept = []
    for a, b in spans:
        if a < first:
            kept.append([a, min(b, first - 1)])
        if b > last:
            kept.append([max(a, last + 1), b])
    spans[:] = kept


def holds(spans, first, last):
    """Whether all of first…last is in the set."""
    return any(a <= first and last <= b for a, b in spans)


def missing(spans, first, last):
    """The spans of first…last that are not in the set."""
    rest = [[first, last]] if first <= last else []
    for a, b in spans:
        remove(rest, a, b)
    return rest


def count(spans):
    """How many numbers the set holds."""
    return sum(b - a + 1 for a, b in spans)
