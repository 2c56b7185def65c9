"""From a table to the compact JSON of the golden files."""

import importlib.metadata
import json
from fractions import Fraction

from exact import (
    DISPARITY_METRICS,
    METRICS,
    REFERENCE_QUANTITIES,
    disparities,
    tally,
    total,
)

PEERS = ["aif360", "fairlearn", "numpy", "pandas", "scikit-learn"]


def header(what):
    return {
        "what": what,
        "made_by": "tests/golden/make.py",
        "peers": {name: importlib.metadata.version(name) for name in PEERS},
        "tolerance": 1e-12,
        "metrics": METRICS,
        "disparity_metrics": DISPARITY_METRICS,
        "reference_quantities": REFERENCE_QUANTITIES,
    }


def expectation(table, attributes, comparison):
    """Expected groups and disparities of every attribute and of their intersection."""
    subjects = [[name] for name in attributes]
    if len(attributes) > 1:
        subjects.append(list(attributes))
    with_score = table.score is not None
    result = {"overall": None, "groups": [], "disparities": []}
    if table.places is not None:
        comparison.cut(table)
    for names in subjects:
        counts = tally(table, names)
        groups = {key: part.metrics(with_score) for key, part in counts.items()}
        overall = total(counts.values()).metrics(with_score)
        found = disparities(table, names)
        comparison.table(table, names, groups, overall, found)
        result["overall"] = numbers(overall[name] for name in METRICS)
        for key, values in groups.items():
            line = {"attributes": dict(zip(names, key, strict=False))}
            line["values"] = numbers(values[name] for name in METRICS)
            result["groups"].append(line)
        result["disparities"].append({"attributes": names, **compact(found)})
    return result


def compact(found):
    base = found["reference"]
    result = {
        "reference": None if base is None else list(base),
        "summary": {name: number(value) for name, value in found["summary"].items()},
    }
    for scheme in ("between_groups", "to_overall"):
        pairs = [found[scheme][name] for name in DISPARITY_METRICS]
        result[scheme] = {
            "difference": numbers(pair[0] for pair in pairs),
            "ratio": numbers(pair[1] for pair in pairs),
        }
    for scheme in ("to_reference", "to_complement"):
        result[scheme] = [
            {
                "group": list(key),
                "difference": numbers(pair[name][0] for name in DISPARITY_METRICS),
                "ratio": numbers(pair[name][1] for name in DISPARITY_METRICS),
                "quantities": numbers(pair[name] for name in REFERENCE_QUANTITIES),
            }
            for key, pair in found[scheme].items()
        ]
    return result


def numbers(values):
    return [number(value) for value in values]


def number(value):
    """The double nearest the exact value; whole numbers without a point."""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    return value


def write(path, head, key, items):
    """One item a line, so that a change shows as the lines it touches."""
    lines = ",\n".join(dump(item) for item in items)
    path.write_text(f'{{"header":{dump(head)},\n"{key}":[\n{lines}\n]}}\n', encoding="utf-8")


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
