"""Writes indices.json: what the peers say of indices, disparities, tests and intervals.

Run it in an environment of requirements-indices.txt: ``python tests/golden/indices.py``.
"""

import hashlib
import importlib.metadata
import json
from pathlib import Path

import cases as files
import index_peers as peers
import index_places as places
import index_tests as tests
import numpy as np
import pyarrow.parquet as parquet

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DATA = ROOT.parent / "shared" / "data"
DATASETS = ROOT / "datasets"

PACKAGES = [
    "aequitas",
    "aif360",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "smclarify",
    "statsmodels",
]
PLACES = {**places.PLACES, **tests.PLACES}

# ``every``: attributes of which each group is the reference once; the others keep their largest.
CASES = [
    {
        "name": "german_threshold",
        "file": "german_credit.parquet",
        "label": "good_credit",
        "score": "credit_amount",
        "threshold": 2500,
        "sensitive": ["sex", "foreign_worker", "age:25", "housing"],
        "stratum": "savings_account",
        "every": ["sex", "foreign_worker", "age", "housing"],
    },
    {
        "name": "german_everybody_selected",
        "file": "german_credit.parquet",
        "label": "good_credit",
        "score": "credit_amount",
        "threshold": 0,
        "sensitive": ["sex", "housing"],
    },
    {
        "name": "bank_threshold",
        "file": "bank_marketing.parquet",
        "label": "subscribed",
        "score": "balance",
        "threshold": 500,
        "sensitive": ["marital", "education", "age:30:45:60"],
        "stratum": "job",
        "every": ["marital", "education"],
    },
    {
        "name": "adult_threshold",
        "file": "adult.parquet",
        "label": "income_over_50k",
        "score": "education_num",
        "threshold": 10,
        "sensitive": ["sex", "race", "workclass"],
        "stratum": "occupation",
        "every": ["sex", "race"],
    },
    {
        "name": "adult_weighted",
        "file": "adult.parquet",
        "label": "income_over_50k",
        "score": "education_num",
        "threshold": 10,
        "weight": "fnlwgt",
        "sensitive": ["sex", "race"],
    },
    {
        "name": "leads_threshold",
        "file": "lead_scoring.parquet",
        "label": "converted",
        "score": "score",
        "threshold": 0.5,
        "sensitive": ["gender", "age_band"],
        "stratum": "source",
        "every": ["gender"],
    },
    {
        "name": "leads_contacted",
        "file": "lead_scoring.parquet",
        "label": "converted",
        "decision": "contacted",
        "sensitive": ["gender", "language"],
        "stratum": "channel",
        "every": ["language"],
    },
]

# Numbers predicted by numbers: label, score, sensitive attribute.
REGRESSIONS = [
    ("german_credit.parquet", "installment_rate", "residence_since", "sex", None),
    ("german_credit.parquet", "credit_amount", "duration", "housing", "age"),
    ("bank_marketing.parquet", "campaign", "previous", "education", None),
]


def folder(file):
    return DATASETS if file == "lead_scoring.parquet" else DATA


def load(case):
    table = files.load(case, folder(case["file"]) / case["file"])
    assert None not in table.label and None not in table.decision
    return peers.Rows(table.label, table.decision, table.attributes, table.score, table.weight)


def largest(labels):
    """The reference that Waage takes: most rows, of equals the first label."""
    known = [label for label in labels if label is not None]
    return min(set(known), key=lambda label: (-known.count(label), label))


def runs(case, rows):
    """References by attribute, one dictionary per audit."""
    every = {name: sorted(set(rows.attributes[name]) - {None}) for name in case.get("every", [])}
    count = max([len(labels) for labels in every.values()], default=1)
    for at in range(count):
        named = {name: labels[at] for name, labels in every.items() if at < len(labels)}
        if count == 1 or named:
            yield named


def documents(case):
    """One golden audit for every choice of references."""
    rows = load(case)
    path = folder(case["file"]) / case["file"]
    strata = None
    if "stratum" in case:
        strata = np.array(parquet.read_table(path)[case["stratum"]].to_pylist(), object)
    aif360 = {name: peers.Aif360(rows, name) for name in rows.attributes}
    together = peers.Aif360(rows, *rows.attributes)
    aequitas = {name: peers.Aequitas(rows, name) for name in rows.attributes}
    for at, named in enumerate(runs(case, rows)):
        items = []
        if at == 0:
            items += overall(rows, together)
        for name in rows.attributes:
            if at == 0:
                items += groups(rows, name, aif360[name], aequitas[name])
                items += complements(rows, name)
            if at == 0 or name in named:
                reference = named.get(name) or largest(rows.attributes[name])
                items += references(rows, name, reference, aif360[name], aequitas[name])
                if strata is not None:
                    items += conditionals(rows, name, reference, strata, case["stratum"])
        arguments = files.arguments(case)
        for name, reference in named.items():
            arguments += ["--reference", f"{name}={reference}"]
        if "stratum" in case:
            arguments += ["--stratum", case["stratum"]]
        yield document(f"{case['name']}_{at}", path, arguments, items)


def document(name, path, arguments, items):
    return {
        "name": name,
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "arguments": arguments,
        "items": [item for item in items if item["values"]],
    }


def overall(rows, aif360):
    values = aif360.overall()
    if rows.weight is None:
        values |= {**peers.clarify_overall(rows), **peers.clarify_group(rows)}
    values |= peers.scikit_group(rows)
    yield {"in": "overall", "values": values}
    attribute = "*".join(rows.attributes)
    yield {"in": "between_groups", "attribute": attribute, "values": aif360.over()}


def groups(rows, name, aif360, aequitas):
    labels = rows.attributes[name]
    yield {"in": "between_groups", "attribute": name, "values": aif360.over()}
    table = {} if rows.weight is not None else dict(aequitas.groups())
    for label in dict.fromkeys(labels):
        part = rows.where(labels == label)
        values = {**peers.scikit_group(part), **aif360.group(label, part), **table.get(label, {})}
        if rows.weight is None:
            values |= {**peers.clarify_group(part), **tests.group(part)}
        yield {"in": "groups", "attribute": name, "group": label, "values": values}


def complements(rows, name):
    """Every group against everybody else."""
    labels = rows.attributes[name]
    if rows.weight is not None:
        return
    for label in sorted(set(labels) - {None}):
        values = peers.clarify(rows, labels == label, distances=False)
        yield {"in": "to_complement", "attribute": name, "group": label, "values": values}


def references(rows, name, reference, aif360, aequitas):
    """Every group against the reference."""
    labels = rows.attributes[name]

    def of(label):
        return rows.where(labels == label)

    ratios = {} if rows.weight is not None else dict(aequitas.pairs(reference))
    found = []
    for label in sorted(set(labels) - {None, reference}) + [None] * (None in set(labels)):
        values = aif360.pair(label, reference, of)
        if rows.weight is None:
            both = rows.where((labels == label) | (labels == reference))
            facet = both.attributes[name] == label
            values |= peers.aif360_arrays(both, facet)
            values |= peers.clarify(both, facet, distances=True)
            values |= peers.distances(of(label), of(reference))
            values |= ratios.get(label, {})
            values |= tests.pair(of(label), of(reference))
        found.append((label, values))
    if rows.weight is None:
        tests.adjusted(found)
    for label, values in found:
        item = {"in": "to_reference", "attribute": name, "group": label, "reference": reference}
        yield {**item, "values": values}


def conditionals(rows, name, reference, strata, stratum):
    """Every group against the reference within strata; Clarify's against everybody else."""
    labels = rows.attributes[name]
    for label in sorted(set(labels) - {None, reference}):
        values = peers.clarify_conditional(rows, labels == label, strata)
        values |= tests.conditional(
            rows.where(labels == label),
            rows.where(labels == reference),
            strata[labels == label],
            strata[labels == reference],
        )
        item = {"in": "conditional", "attribute": name, "group": label, "reference": reference}
        yield {**item, "stratum": stratum, "values": values}


def regressions():
    for file, outcome, predicted, attribute, weight in REGRESSIONS:
        columns = parquet.read_table(folder(file) / file)
        names = [outcome, predicted, attribute] + [weight] * (weight is not None)
        y, s, g, *w = (np.array(columns[name].to_pylist()) for name in names)
        arguments = ["--label", outcome, "--score", predicted, "--sensitive", attribute]
        arguments += ["--regression"] + (["--weight", weight] if w else [])

        def errors(keep):
            return peers.scikit_errors(y[keep], s[keep], w[0][keep] if w else None)

        items = [{"in": "overall", "values": errors(np.full(len(y), True))}]
        items += [
            {
                "in": "groups",
                "attribute": attribute,
                "group": str(label),
                "values": errors(g == label),
            }
            for label in np.unique(g)
        ]
        yield document(f"{outcome}_by_{predicted}", folder(file) / file, arguments, items)


def rankings():
    """A list of leads of two genders, whose scores are all different."""
    path = DATASETS / "lead_scoring.parquet"
    columns = parquet.read_table(path)
    gender = np.array(columns["gender"].to_pylist(), object)
    keep = (gender == "male") | (gender == "female")
    score, label = (np.array(columns[name].to_pylist())[keep] for name in ("score", "converted"))
    assert len(np.unique(score)) == len(score)
    groups = (gender[keep] == "male").astype(int)
    length = 3000
    values, gains = peers.ranking(score, label.astype(int), groups, length)
    items = [{"in": "ranking", "attribute": "gender", "values": values}]
    items += [
        {
            "in": "ranking",
            "attribute": "gender",
            "group": g,
            "values": {"sklearn.dcg_score": float(v)},
        }
        for g, v in zip(("female", "male"), gains, strict=True)
    ]
    where = "gender = 'male' or gender = 'female'"
    arguments = ["--label", "converted", "--score", "score", "--top-k", str(length)]
    arguments += ["--sensitive", "gender", "--where", where, "--ranking"]
    yield document("leads_ranked", path, arguments, items)


def of_functions():
    """Tables, strata, families and neighbours for functions that no audit calls."""
    pairs, wide, strata, entropies = [], [], [], []
    for case in CASES:
        if "weight" in case:
            continue
        rows = load(case)
        entropies.append(peers.inequality(rows, [-1, 0, 0.5, 1, 2, 3]))
        for labels in rows.attributes.values():
            of_attribute(rows, labels, pairs, wide)
        if "stratum" in case:
            columns = parquet.read_table(folder(case["file"]) / case["file"])
            levels = np.array(columns[case["stratum"]].to_pylist(), object)
            strata += in_strata(rows, next(iter(rows.attributes.values())), levels)
    p = [pair["fisher_mid_p"] for pair in pairs]
    return {
        "tables": pairs,
        "rows": wide,
        "strata": strata,
        "families": [tests.family(p[at : at + 7]) for at in range(0, len(p) - 1, 7)],
        "entropies": entropies,
        "consistency": [
            consistency(["duration", "credit_amount", "age"], 5),
            consistency(["age", "credit_amount"], 3),
        ],
    }


def of_attribute(rows, labels, pairs, wide):
    known = sorted(set(labels) - {None})
    parts = {label: rows.where(labels == label) for label in known}
    reference = parts[largest(labels)]
    for rate in ("selection_rate", "true_positive_rate", "precision"):
        every = [tests.table(part, part, rate)[0] for part in parts.values()]
        if tests.informative([every]):
            wide.append(tests.several_rows(every))
        tables = [tests.table(part, reference, rate) for part in parts.values()]
        pairs += [
            tests.exact_and_asymptotic(cells)
            for cells in tests.informative(tables)
            if cells[0] != cells[1]
        ]


def in_strata(rows, labels, levels):
    one, other = sorted(set(labels) - {None})[:2]
    for rate in ("selection_rate", "true_positive_rate"):
        parts = [
            [rows.where((labels == group) & (levels == level)) for group in (one, other)]
            for level in sorted(set(levels))
        ]
        found = [tests.table(*pair, rate) for pair in parts]
        if len(tests.informative(found)) > 1:
            yield tests.strata(found)


def consistency(features, neighbours):
    """AIF360's consistency of some 250 applicants, none of whose nearest neighbours are tied."""
    columns = parquet.read_table(DATA / "german_credit.parquet")
    x = np.array([columns[name].to_pylist() for name in features], float).T
    y = np.array(columns["good_credit"].to_pylist(), int)
    keep = np.arange(250)
    while True:
        squares = ((x[keep][:, None] - x[keep][None]) ** 2).sum(axis=2)
        squares.sort(axis=1)
        tied = squares[:, neighbours - 1] == squares[:, neighbours]
        if not tied.any():
            break
        keep = np.delete(keep, np.flatnonzero(tied)[0])
    return {
        "features": x[keep].astype(int).ravel().tolist(),
        "columns": len(features),
        "outcomes": "".join(map(str, y[keep])),
        "neighbours": neighbours,
        **peers.consistency(x[keep], y[keep], neighbours),
    }


def cell(value):
    """A number as short as it can be: integers stay integers."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def compact(value):
    if isinstance(value, dict):
        return {key: compact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [compact(item) for item in value]
    return cell(value)


def lines(items):
    return ",\n".join(
        json.dumps(compact(item), separators=(",", ":"), ensure_ascii=False) for item in items
    )


def make():
    found = [document for case in CASES for document in documents(case)]
    found += [*regressions(), *rankings()]
    asked = {name for case in found for item in case["items"] for name in item["values"]}
    assert asked == set(PLACES), asked ^ set(PLACES)
    header = {
        "what": "indices, disparities, tests and intervals as the peers have them",
        "made_by": "tests/golden/indices.py",
        "peers": {name: importlib.metadata.version(name) for name in PACKAGES},
        "tolerance": "1e-12, relative beyond 1; where a place says `relative` or `absolute`, that",
        "values": sum(len(item["values"]) for case in found for item in case["items"]),
    }
    parts = [f'"header":{json.dumps(header)}']
    parts.append(
        '"places":{\n'
        + ",\n".join(f"{json.dumps(k)}:{json.dumps(v)}" for k, v in PLACES.items())
        + "\n}"
    )
    for key, items in {"cases": found, **of_functions()}.items():
        parts.append(f'"{key}":[\n{lines(items)}\n]')
    text = "{" + ",\n".join(parts) + "}\n"
    (HERE / "indices.json").write_text(text)
    print(f"indices.json: {header['values']} values in {len(found)} audits, {len(text)} bytes")


if __name__ == "__main__":
    make()
