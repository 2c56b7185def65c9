"""Two hundred small random tables that go where real data seldom does."""

import random

from exact import Table, cut

COUNT = 200
LARGE = (13, 46, 95, 151, 197)
NO_REFERENCE = 100

# Sort order, case, umlauts, words that look like a missing value, numbers as text.
LABELS = [
    ["a", "b", "c", "d"],
    ["female", "male"],
    ["B", "a", "A", "b"],
    ["Österreich", "Zürich", "Köln"],
    ["missing", "none", "other"],
    ["10", "9", "100"],
    ["<25", "25..<40", ">=40"],
    ["left|right", "left right", "left,right"],
]

WEIGHTS = [0.1, 0.25, 0.5, 1, 1.5, 2, 3, 0.7]


def make(index):
    """The table of this index as it is stored, its ``Table`` and its attribute names."""
    draw = random.Random(f"waage golden {index}")
    rows = 2000 if index in LARGE else draw.choice([1, 2, 3, *range(4, 61)])
    names = ["g", "h", "k"][: draw.choice([1, 1, 2, 2, 2, 3])]
    names = names[:2] if rows > 60 else names
    attributes = {name: attribute(draw, rows) for name in names}
    if index == NO_REFERENCE:
        names = ["g", "h"]
        attributes = complementary(attributes["g"])
    label, decision = outcome(draw, rows)
    stored = {"rows": rows, "arguments": ["--label", "y"]}
    score = places = None
    if index % 8 == 5:
        score = [draw.randrange(-2, 12) / 8 for _ in range(rows)]
        threshold = draw.choice([0, 0.5, 0.625, 2])
        decision = [int(value >= threshold) for value in score]
        stored["arguments"] += ["--score", "s", "--threshold", str(threshold)]
    elif index % 8 == 6:
        score = [draw.randrange(6) / 4 for _ in range(rows)]
        places = draw.randint(1, rows)
        decision = cut(score, places)
        stored["arguments"] += ["--score", "s", "--top-k", str(places)]
    else:
        stored["arguments"] += ["--decision", "d"]
    weight = None
    if index % 4 == 3 or index % 16 == 5:
        zero = draw.random() < 0.5
        weight = [draw.choice(WEIGHTS + [0, 0] * zero) for _ in range(rows)]
        if zero and rows > 3:
            unweigh_one_group(draw, weight, attributes[names[0]])
        if not any(weight):
            weight[0] = 1
        stored["arguments"] += ["--weight", "w"]
    stored["arguments"] += ["--sensitive", ",".join(names)]
    stored["y"] = flags(label)
    if score is None:
        stored["d"] = flags(decision)
    else:
        stored["s"] = [int(v) if v == int(v) else v for v in score]
    if weight is not None:
        stored["w"] = weight
    stored["attributes"] = {name: codes(values) for name, values in attributes.items()}
    return stored, Table(label, decision, attributes, weight, score, places), names


def attribute(draw, rows):
    """Labels of uneven frequency, sometimes with missing ones, sometimes but one; never all
    missing, which is an input error."""
    labels = draw.choice(LABELS)
    labels = draw.sample(labels, draw.randint(1, len(labels)))
    missing = draw.choice([0, 0, 0.15, 0.4])
    shares = [draw.choice([1, 1, 3, 9]) for _ in labels]
    values = [
        None if draw.random() < missing else draw.choices(labels, shares)[0] for _ in range(rows)
    ]
    if not any(value is not None for value in values):
        values[0] = labels[0]
    return values


def complementary(values):
    """Two attributes of which every row misses one, so that no cell of their intersection can
    be the reference."""
    missing = [value is None or row % 2 == 1 for row, value in enumerate(values)]
    return {
        "g": [None if gone else value for gone, value in zip(missing, values, strict=False)],
        "h": ["x" if gone else None for gone in missing],
    }


def outcome(draw, rows):
    """Labels and decisions; now and then constant, perfectly separated or perfectly wrong."""
    base = draw.choice([0, 0.1, 0.3, 0.5, 0.8, 1])
    label = [int(draw.random() < base) for _ in range(rows)]
    kind = draw.choice(["noisy", "noisy", "noisy", "all", "none", "separated", "inverted"])
    if kind == "noisy":
        decision = [int(draw.random() < (0.7 if y else 0.3)) for y in label]
    elif kind in ("all", "none"):
        decision = [int(kind == "all")] * rows
    else:
        decision = [y if kind == "separated" else 1 - y for y in label]
    missing = draw.choice([0, 0, 0.1, 0.5])
    label = [None if draw.random() < missing else y for y in label]
    if not any(y is not None for y in label):
        label[0] = 1
    return label, decision


def unweigh_one_group(draw, weight, values):
    """Gives every row of one group weight zero."""
    group = draw.choice(values)
    for row, value in enumerate(values):
        if value == group:
            weight[row] = 0


def flags(values):
    """A column of 1, 0 and missing as one string."""
    return "".join("-" if value is None else str(value) for value in values)


def codes(values):
    """A text column as its labels and one digit a row, ``-`` for missing."""
    labels = sorted({value for value in values if value is not None})
    place = {label: str(code) for code, label in enumerate(labels)}
    return {"labels": labels, "codes": "".join(place.get(value, "-") for value in values)}
