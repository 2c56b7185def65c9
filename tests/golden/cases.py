"""Audits of files: the real data of ../shared/data and the synthetic leads."""

import itertools
from fractions import Fraction

import pyarrow.parquet as parquet
from exact import Table, cut

REAL = [
    {
        "name": "german_threshold",
        "file": "german_credit.parquet",
        "label": "good_credit",
        "score": "credit_amount",
        "threshold": 2500,
        "sensitive": ["sex", "foreign_worker", "age:25"],
    },
    {
        "name": "german_weighted",
        "file": "german_credit.parquet",
        "label": "good_credit",
        "score": "credit_amount",
        "threshold": 2500,
        "weight": "duration",
        "sensitive": ["sex", "foreign_worker", "age:25"],
    },
    {
        "name": "german_top_k_with_ties",
        "file": "german_credit.parquet",
        "label": "good_credit",
        "score": "duration",
        "top_k": 300,
        "sensitive": ["sex", "housing"],
    },
    {
        "name": "bank_threshold",
        "file": "bank_marketing.parquet",
        "label": "subscribed",
        "score": "balance",
        "threshold": 500,
        "sensitive": ["marital", "education", "age:30:45:60"],
    },
    {
        "name": "bank_decision_column",
        "file": "bank_marketing.parquet",
        "label": "subscribed",
        "decision": "housing",
        "positive": "yes",
        "sensitive": ["marital", "job"],
    },
    {
        "name": "adult_threshold",
        "file": "adult.parquet",
        "label": "income_over_50k",
        "score": "education_num",
        "threshold": 10,
        "sensitive": ["sex", "race"],
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
        "name": "adult_groups_without_positives",
        "file": "adult.parquet",
        "label": "income_over_50k",
        "score": "hours_per_week",
        "threshold": 40,
        "sensitive": ["workclass", "sex"],
    },
]

LEADS = [
    {
        "name": "leads_contacted",
        "file": "lead_scoring.parquet",
        "label": "converted",
        "decision": "contacted",
        "sensitive": ["gender", "region", "age_band"],
    },
    {
        "name": "leads_threshold",
        "file": "lead_scoring.parquet",
        "label": "converted",
        "score": "score",
        "threshold": 0.5,
        "sensitive": ["gender", "region"],
    },
    {
        "name": "leads_top_fraction",
        "file": "lead_scoring.parquet",
        "label": "converted",
        "score": "score",
        "top_fraction": "0.3",
        "sensitive": ["gender", "age_band"],
    },
    {
        "name": "leads_top_fraction_with_ties",
        "file": "lead_scoring.parquet",
        "label": "converted",
        "score": "visits",
        "top_fraction": "0.3",
        "sensitive": ["gender", "age_band"],
    },
    {
        "name": "leads_weighted",
        "file": "lead_scoring.parquet",
        "label": "converted",
        "decision": "contacted",
        "weight": "expected_revenue",
        "sensitive": ["gender", "region"],
    },
]

OPTIONS = [
    "label",
    "decision",
    "score",
    "threshold",
    "top_k",
    "top_fraction",
    "positive",
    "weight",
]


def arguments(case):
    """The command line of a case after ``waage audit FILE``."""
    result = []
    for option in OPTIONS:
        if option in case:
            result += ["--" + option.replace("_", "-"), str(case[option])]
    return [*result, "--sensitive", ",".join(case["sensitive"])]


def attribute_names(case):
    return [spec.split(":")[0] for spec in case["sensitive"]]


def load(case, path):
    """The rows of a case, with its decision taken and its numeric attributes in bins."""
    columns = parquet.read_table(path)

    def column(name):
        return columns[name].to_pylist()

    score = column(case["score"]) if "score" in case else None
    places = capacity(case, columns.num_rows)
    weight = column(case["weight"]) if "weight" in case else None
    return Table(
        label=[binary(value, case) for value in column(case["label"])],
        decision=decide(case, column, score, places),
        attributes=dict(attribute(spec, column) for spec in case["sensitive"]),
        weight=weight,
        score=score,
        places=places,
    )


def capacity(case, rows):
    """How many rows a cut selects: a fraction is the decimal as written, so 0.3 is 3/10."""
    if "top_fraction" in case:
        return Fraction(case["top_fraction"]) * rows
    return Fraction(case["top_k"]) if "top_k" in case else None


def decide(case, column, score, places):
    if places is not None:
        return cut(score, places)
    if "threshold" in case:
        return [int(value >= case["threshold"]) for value in score]
    return [binary(value, case) for value in column(case["decision"])]


def binary(value, case):
    if value is None:
        return None
    if isinstance(value, str):
        return int(value == case["positive"])
    return int(value)


def attribute(spec, column):
    """``name`` or ``name:edge:edge``: left-closed bins named by their edges."""
    name, *edges = spec.split(":")
    values = column(name)
    if not edges:
        return name, [None if value is None else label(value) for value in values]
    numbers = [int(edge) for edge in edges]
    labels = [f"<{edges[0]}"]
    labels += [f"{low}..<{high}" for low, high in itertools.pairwise(edges)]
    labels.append(f">={edges[-1]}")
    return name, [
        None if value is None else labels[sum(value >= edge for edge in numbers)]
        for value in values
    ]


def label(value):
    return str(value).lower() if isinstance(value, bool) else str(value)
