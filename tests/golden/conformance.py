"""Published and recomputed cases whose inputs are a few counts.

Each case is data: counts in, exact fractions out. ``cases`` computes every fraction and asserts
that it agrees with the decimals printed in the source or recomputed for it, so that a slip in
the counts cannot pass. ``basis`` tells how far the published value was checked: S read in the
source's own code or guide, T in a quotation, M attributed from memory, C computed here, I with
inferred counts.
"""

from fractions import Fraction as F

from exact import Counts, against, between_groups, ratio, to_overall, total


def header():
    return {
        "what": "conformance cases: counts in, exact fractions [numerator, denominator] out",
        "made_by": "tests/golden/make.py",
        "confusion": "tp, fp, fn, tn per group",
        "selected": "rows selected, rows per group; no labels",
        "positives": "rows with a positive label, rows per group; no decisions",
        "expect": "quantity, then where needed scheme, comparison, group, reference, stratum",
    }


def cases():
    found = [
        *compas(),
        *german_age(),
        *german_reweighed(),
        *german_foreign(),
        *clarify(),
        *fairlearn_guide(),
        *four_fifths(),
        *new_york(),
        *berkeley(),
        *multiclass(),
        *adult(),
    ]
    return sorted(found, key=lambda case: case["row"])


def case(row, basis, source, inputs, expect):
    return {"row": row, "basis": basis, "source": source, **inputs, "expect": expect}


def expect(quantity, value, printed=None, **where):
    """One expected value; ``printed`` is the published or recomputed decimal."""
    line = {"quantity": quantity, **where}
    if isinstance(value, bool):
        return {**line, "value": value}
    if printed is not None:
        slack = F(1, 10 ** len(printed.split(".")[1])) if "." in printed else 0
        assert abs(value - F(printed)) <= slack, (quantity, where, float(value), printed)
        line["printed"] = printed
    return {**line, "exact": [value.numerator, value.denominator]}


def confusion(groups):
    """Metrics per group from ``{group: (tp, fp, fn, tn)}``, and of all groups together."""
    counts = {}
    for group, cells in groups.items():
        part = counts[group] = Counts()
        for (label, decision), weight in zip(((1, 1), (0, 1), (1, 0), (0, 0)), cells, strict=False):
            part.rows += weight
            part.weight[label, decision] += weight
    metrics = {group: part.metrics(False) for group, part in counts.items()}
    return metrics, total(counts.values()).metrics(False)


def lists(groups):
    return {group: list(values) for group, values in groups.items()}


def compas():
    source = "ProPublica 2016, COMPAS two-year recidivism, high risk = decile at least 5"
    groups = {
        "African-American": (1369, 805, 532, 990),
        "Caucasian": (505, 349, 461, 1139),
    }
    metrics, _ = confusion(groups)
    aa, white = metrics["African-American"], metrics["Caucasian"]
    inputs = {"confusion": lists(groups)}

    def rate(metric, group, printed):
        return expect(metric, metrics[group][metric], printed, group=group)

    for group in metrics.values():
        identity = group["base_rate"] / (1 - group["base_rate"])
        identity *= (1 - group["precision"]) / group["precision"]
        assert identity * group["true_positive_rate"] == group["false_positive_rate"]
    everyone, _ = confusion({"all": (2035, 1282, 1216, 2681)})
    everyone = everyone["all"]
    pair = {"group": "African-American", "reference": "Caucasian"}
    fnr = "false_negative_rate"
    odds = max(
        abs(aa[name] - white[name]) for name in ("true_positive_rate", "false_positive_rate")
    )
    return [
        case(1, "S", source, inputs, [rate("false_positive_rate", pair["group"], ".448467967")]),
        case(
            2,
            "S",
            source,
            inputs,
            [
                rate(fnr, pair["group"], ".279852709"),
                rate("precision", pair["group"], ".629714811"),
            ],
        ),
        case(3, "S", source, inputs, [rate("false_positive_rate", "Caucasian", ".234543011")]),
        case(
            4,
            "S",
            source,
            inputs,
            [rate(fnr, "Caucasian", ".477225673"), rate("precision", "Caucasian", ".591334895")],
        ),
        case(
            5,
            "S",
            source + ", all six races",
            {"confusion": {"all": [2035, 1282, 1216, 2681]}},
            [
                expect("false_positive_rate", everyone["false_positive_rate"], ".323492304"),
                expect(fnr, everyone[fnr], ".374038757"),
                expect("base_rate", everyone["base_rate"], ".450651511"),
            ],
        ),
        case(
            6,
            "S",
            source,
            inputs,
            [
                expect(
                    "false_positive_rate",
                    aa["false_positive_rate"] / white["false_positive_rate"],
                    "1.912092648",
                    scheme="to_reference",
                    comparison="ratio",
                    **pair,
                ),
                expect(
                    fnr,
                    white[fnr] / aa[fnr],
                    "1.705274444",
                    scheme="to_reference",
                    comparison="ratio",
                    group="Caucasian",
                    reference="African-American",
                ),
                expect("equalized_odds_difference", odds, ".213924956"),
            ],
        ),
    ]


def base_rates(row, basis, source, positives, group, other, difference=None, quotient=None):
    """Label rates of one group against another."""
    rates = {name: F(*counts) for name, counts in positives.items()}
    where = {"scheme": "to_reference", "group": group, "reference": other}
    found = []
    if difference is not None:
        value = rates[group] - rates[other]
        found.append(expect("base_rate", value, difference, comparison="difference", **where))
    if quotient is not None:
        value = rates[group] / rates[other]
        found.append(expect("base_rate", value, quotient, comparison="ratio", **where))
    return case(row, basis, source, {"positives": lists(positives)}, found)


def german_age():
    return [
        base_rates(
            8,
            "S",
            "AIF360 tutorial_credit_scoring: German, age at least 25, seed 0, 70 % train",
            {"unprivileged": (63, 113), "privileged": (427, 587)},
            "unprivileged",
            "privileged",
            "-.169905474",
            ".766429711",
        ),
        base_rates(
            10,
            "C",
            "German, full file, split at age over 25",
            {"young": (110, 190), "old": (590, 810)},
            "young",
            "old",
            "-.149447693",
        ),
        base_rates(
            10,
            "C",
            "German, full file, split at age at least 25",
            {"young": (88, 149), "old": (612, 851)},
            "young",
            "old",
            "-.128549910",
        ),
    ]


def german_reweighed():
    """Reweighing gives every (group, label) cell the weight P(g)P(y)/P(g,y)."""
    good = {"unprivileged": (63, 113), "privileged": (427, 587)}
    rows = sum(n for _, n in good.values())
    positive = sum(x for x, _ in good.values())
    printed = {
        ("privileged", 1): ".962295082",
        ("privileged", 0): "1.100625",
        ("unprivileged", 1): "1.255555556",
        ("unprivileged", 0): ".678",
    }
    weights, rates = [], {}
    for group, (x, n) in good.items():
        cells = {}
        for label, count, outcome in ((1, x, positive), (0, n - x, rows - positive)):
            weight = F(n, rows) * F(outcome, rows) / F(count, rows)
            cells[label] = weight * count
            where = {"group": group, "label": label}
            weights.append(expect("weight", weight, printed[group, label], **where))
        rates[group] = cells[1] / (cells[0] + cells[1])
    difference = expect(
        "base_rate",
        rates["unprivileged"] - rates["privileged"],
        "0.000000",
        scheme="to_reference",
        comparison="difference",
        group="unprivileged",
        reference="privileged",
    )
    source = "AIF360 tutorial_credit_scoring after Reweighing; rows weighted as expected"
    return [case(9, "S", source, {"positives": lists(good)}, [*weights, difference])]


def german_foreign():
    positives = {"yes": (667, 963), "no": (33, 37)}
    shares = base_rates(
        38,
        "C",
        "German, foreign worker, label rates",
        positives,
        "yes",
        "no",
        quotient=".776582020",
    )
    # One good risk moved from the favoured group leaves the disadvantage in place.
    assert F(668, 963) < F(32, 37)
    shares["expect"].append(
        expect("adverse", F(667, 963) / F(33, 37) < F(4, 5), group="yes", of="base_rate")
    )
    imbalance = F(37 - 963, 37 + 963)
    parity = F(33, 37) - F(667, 963)
    where = {"group": "yes", "reference": "no"}
    found = [
        expect("class_imbalance", imbalance, "-.926", **where),
        expect("label_parity_difference", parity, ".199264685", **where),
    ]
    source = "Clarify example notebook, German, facet foreign worker = yes"
    return [case(11, "S", source, {"positives": lists(positives)}, found), shares]


def clarify():
    groups = {"M": (0, 2, 2, 1), "F": (2, 2, 1, 2)}
    metrics, _ = confusion(groups)
    m, f = metrics["M"], metrics["F"]
    pair = against(f, m)
    where = {"group": "F", "reference": "M"}
    signed = {"scheme": "to_reference", "comparison": "difference", **where}
    found = [
        expect("class_imbalance", F(5 - 7, 12), "-.166667", **where),
        expect(
            "selection_rate",
            pair["selection_rate"][1],
            "1.428571",
            scheme="to_reference",
            comparison="ratio",
            **where,
        ),
        expect("conditional_acceptance_difference", F(2, 2) - F(3, 4), ".25", **where),
        expect("conditional_rejection_difference", F(4, 3) - F(3, 3), ".333333", **where),
        expect("true_positive_rate", pair["true_positive_rate"][0], ".666667", **signed),
        expect("true_negative_rate", pair["true_negative_rate"][0], ".166667", **signed),
        expect("precision", pair["precision"][0], ".5", **signed),
        expect(
            "negative_predictive_value",
            pair["negative_predictive_value"][0],
            ".333333",
            **signed,
        ),
        expect("accuracy", pair["accuracy"][0], ".371429", **signed),
        expect(
            "treatment_equality_difference",
            pair["treatment_equality_difference"],
            "-.5",
            **where,
        ),
    ]
    labels = base_rates(
        16, "S", "Clarify unit test DPL", {"a": (2, 2), "b": (1, 2)}, "b", "a", "-.5"
    )
    return [
        case(14, "S", "Clarify unit tests, facet F against M", {"confusion": lists(groups)}, found),
        labels,
    ]


def fairlearn_guide():
    groups = {"a": (1, 2, 1, 0), "b": (3, 0, 2, 1), "c": (2, 2, 3, 1)}
    metrics, overall = confusion(groups)
    tpr, fpr, selected = "true_positive_rate", "false_positive_rate", "selection_rate"
    printed = {
        ("between_groups", 0): {tpr: ".2", fpr: "1", selected: ".25"},
        ("between_groups", 1): {tpr: ".666667", fpr: "0", selected: ".666667"},
        ("to_overall", 0): {tpr: ".1", fpr: ".666667", selected: ".194444"},
        ("to_overall", 1): {tpr: ".8", fpr: "0", selected: ".740741"},
    }
    found = []
    for group, value in zip("abc", (".75", ".5", ".5"), strict=False):
        found.append(expect(selected, metrics[group][selected], value, group=group))
    for name, value in ((tpr, ".5"), (fpr, ".666667"), (selected, ".555556")):
        found.append(expect(name, overall[name], value))
    for (scheme, side), values in printed.items():
        for name, value in values.items():
            if scheme == "between_groups":
                exact = between_groups(metrics, name)[side]
            else:
                exact = to_overall(metrics, overall, name)[side]
            comparison = ("difference", "ratio")[side]
            found.append(expect(name, exact, value, scheme=scheme, comparison=comparison))
    odds = max(between_groups(metrics, name)[0] for name in (tpr, fpr))
    found.append(expect("equalized_odds_difference", odds, "1"))
    source = "Fairlearn user guide, assessment"
    return [case(19, "S", source, {"confusion": lists(groups)}, found)]


def impact(row, basis, source, selected, printed):
    """Impact ratios to the best group, and whether each is adverse: strictly below 4/5."""
    rates = {group: F(*counts) for group, counts in selected.items()}
    best = max(rates.values())
    found = []
    for group, rate in rates.items():
        value = ratio(rate, best)
        found.append(expect("impact_ratio", value, printed.get(group), group=group))
        found.append(expect("adverse", value < F(4, 5), group=group))
    return case(row, basis, source, {"selected": lists(selected)}, found)


def four_fifths():
    eeoc = {"White": (60, 100), "Hispanic": (48, 100), "Black": (51, 100)}
    eeoc["American Indian"] = (45, 100)
    printed = {"White": "1", "Hispanic": ".80", "Black": ".85", "American Indian": ".75"}
    boundary = [((8, 25), (10, 25)), ((4, 7), (5, 7)), ((16, 49), (20, 49))]
    found = [impact(20, "T", "EEOC Questions and Answers 1979", eeoc, printed)]
    for low, high in boundary:
        source = "four fifths exactly, where floating point may fall below"
        groups = {"group": low, "best": high}
        found.append(impact(21, "C", source, groups, {"group": ".8"}))
    return found


def new_york():
    sex = {"Male": (50, 92), "Female": (34, 76)}
    race = {"Hispanic": (18, 28), "White": (15, 40), "Black": (16, 32)}
    race |= {"Native Hawaiian or Pacific Islander": (5, 8), "Asian": (10, 24)}
    shares = dict(zip(race, ("1", ".583333", ".777778", ".972222", ".648148"), strict=False))
    source = "6 RCNY 5-301(c) example, scoring rate by "
    return [
        impact(22, "T, I", source + "sex", sex, {"Female": ".823157895"}),
        impact(23, "T, I", source + "race and ethnicity", race, shares),
    ]


def berkeley():
    departments = {
        "A": ((512, 313), (89, 19)),
        "B": ((353, 207), (17, 8)),
        "C": ((120, 205), (202, 391)),
        "D": ((138, 279), (131, 244)),
        "E": ((53, 138), (94, 299)),
        "F": ((22, 351), (24, 317)),
    }
    strata, marginal = {}, {}
    for place, group in enumerate(("men", "women")):
        admitted = sum(cells[place][0] for cells in departments.values())
        applied = sum(sum(cells[place]) for cells in departments.values())
        marginal[group] = (admitted, applied)
    for name, cells in departments.items():
        strata[name] = {
            group: [admitted, admitted + rejected]
            for group, (admitted, rejected) in zip(("men", "women"), cells, strict=False)
        }
    printed = {"men": ".445187663", "women": ".303542234"}
    source = "UC Berkeley 1973, R UCBAdmissions"
    sums = [
        expect("selection_rate", F(*marginal[group]), value, group=group)
        for group, value in printed.items()
    ]
    first = [
        expect("selection_rate", F(*strata["A"][group]), value, group=group, stratum="A")
        for group, value in (("men", ".620606061"), ("women", ".824074074"))
    ]
    inputs = {"selected": lists(marginal), "strata": strata}
    only = {"selected": strata["A"]}
    return [case(24, "S", source, inputs, sums), case(26, "M", source + ", A", only, first)]


def multiclass():
    groups = {"unprivileged": (3, 0, 0, 1), "privileged": (4, 0, 1, 1)}
    metrics, _ = confusion(groups)
    value = against(metrics["unprivileged"], metrics["privileged"])["false_negative_rate"][0]
    found = expect(
        "false_negative_rate",
        value,
        "-.2",
        scheme="to_reference",
        comparison="difference",
        group="unprivileged",
        reference="privileged",
    )
    source = "AIF360 unit test multiclass"
    return [case(32, "S", source, {"confusion": lists(groups)}, [found])]


def adult():
    positives = {"Female": (1179, 10771), "Male": (6662, 21790)}
    found = base_rates(
        37,
        "C",
        "Adult training file, income over 50k",
        positives,
        "Female",
        "Male",
        "-.196275988",
        ".358022550",
    )
    for group, value in (("Female", ".109460589"), ("Male", ".305736576")):
        found["expect"].append(expect("base_rate", F(*positives[group]), value, group=group))
    return [found]
