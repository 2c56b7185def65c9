"""What scipy and statsmodels say of tables: tests, intervals, strata, families of p-values.

A 2×2 table is ``a, b / c, d``: the group's hits and misses, then the reference's. The rule is that
of FORMULAS §4.6: Fisher's mid-p where an expected count is below 5, else Pearson's chi-square.
"""

import numpy as np
from scipy import stats
from statsmodels.stats import contingency_tables, multitest
from statsmodels.stats import proportion as proportions

# Relative tolerance of p-values: both sides expand the same tails otherwise.
TAIL = 1e-11

# Rates by their hits and misses, as (label, decision) of the rows that count.
RATES = {
    "selection_rate": ([(0, 1), (1, 1)], [(0, 0), (1, 0)]),
    "base_rate": ([(1, 0), (1, 1)], [(0, 0), (0, 1)]),
    "true_positive_rate": ([(1, 1)], [(1, 0)]),
    "false_positive_rate": ([(0, 1)], [(0, 0)]),
    "precision": ([(1, 1)], [(0, 1)]),
}

PLACES = {}
for _rate in RATES:
    PLACES.update(
        {
            f"scipy.test({_rate})": {
                "metric": _rate,
                "comparison": "difference",
                "field": "p",
                "relative": TAIL,
                "note": "chi2_contingency without correction; Fisher's mid-p from hypergeom",
            },
            f"statsmodels.fdr_bh({_rate})": {
                "metric": _rate,
                "comparison": "difference",
                "field": "p_adjusted",
                "relative": TAIL,
                "note": "over the groups against one reference",
            },
        }
    )
    for _end in ("low", "high"):
        PLACES.update(
            {
                f"statsmodels.wilson.{_end}({_rate})": {
                    "metric": _rate,
                    "comparison": "none",
                    "field": _end,
                },
                f"statsmodels.newcomb.{_end}({_rate})": {
                    "metric": _rate,
                    "comparison": "difference",
                    "field": _end,
                },
                f"statsmodels.score_ratio.{_end}({_rate})": {
                    "metric": _rate,
                    "comparison": "ratio",
                    "field": _end,
                    "relative": 1e-7,
                    "note": "Koopman's; statsmodels ends its search at 1e-8 or so",
                },
            }
        )
# Statistics of strata -> where they stand in an entry of `conditional`.
STRATIFIED = {
    "oddsratio_pooled": {"field": "mantel_haenszel.odds_ratio.value"},
    "oddsratio_pooled_confint.low": {"field": "mantel_haenszel.odds_ratio.low"},
    "oddsratio_pooled_confint.high": {"field": "mantel_haenszel.odds_ratio.high"},
    "riskratio_pooled": {"field": "mantel_haenszel.ratio.value"},
    "test_null_odds": {
        "field": "cmh_p",
        "relative": 1e-10,
        "note": "scipy's tail of its statistic; its own p is 1 - cdf",
    },
    "test_equal_odds": {
        "field": "breslow_day_p",
        "relative": 1e-10,
        "note": "with Tarone's correction (adjust=True); scipy's tail of its statistic",
    },
}
for _rate in ("selection_rate", "base_rate"):
    for _name, _field in STRATIFIED.items():
        PLACES[f"statsmodels.StratifiedTable.{_name}({_rate})"] = {"metric": _rate, **_field}


def table(group, reference, rate):
    """The 2×2 table of a rate, as integers."""

    def count(rows, cells):
        return sum(int(((rows.label == y) & (rows.decision == d)).sum()) for y, d in cells)

    return [[count(rows, cells) for cells in RATES[rate]] for rows in (group, reference)]


def fisher_mid_p(cells):
    """All tables of the same margins that are rarer, and half of those as probable."""
    (a, b), (c, d) = cells
    law = stats.hypergeom(a + b + c + d, a + c, a + b)
    mass = law.pmf(np.arange(max(0, a - d), min(a + b, a + c) + 1))
    seen = law.pmf(a)
    tied = np.isclose(mass, seen, rtol=1e-7, atol=0)
    if len(mass) == 1:
        return 1.0
    return float(mass[(mass < seen) & ~tied].sum() + mass[tied].sum() / 2)


def two_by_two(cells):
    """The p-value by the rule; None without rows on either side."""
    rows, columns = np.sum(cells, axis=1), np.sum(cells, axis=0)
    if 0 in rows:
        return None
    if np.outer(rows, columns).min() / rows.sum() < 5:
        return fisher_mid_p(cells)
    return float(stats.chi2_contingency(cells, correction=False).pvalue)


def finite(value):
    return float(value) if np.isfinite(value) else None


def tail(test, degrees):
    """The p-value of statsmodels' statistic, whose own is 1 - cdf and loses the tail."""
    return finite(stats.chi2.sf(test.statistic, degrees)) if degrees else None


def group(rows):
    """Wilson's limits of every rate."""
    values = {}
    for rate in RATES:
        hits, misses = table(rows, rows, rate)[0]
        if hits + misses == 0:
            continue
        limits = proportions.proportion_confint(hits, hits + misses, 0.05, method="wilson")
        for end, limit in zip(("low", "high"), limits, strict=True):
            values[f"statsmodels.wilson.{end}({rate})"] = float(limit)
    return values


def pair(group, reference):
    """Tests and intervals of every rate of a group against a reference."""
    values = {}
    for rate in RATES:
        cells = table(group, reference, rate)
        values[f"scipy.test({rate})"] = two_by_two(cells)
        (a, b), (c, d) = cells
        if 0 in (a + b, c + d):
            continue
        for name, method, compare in (
            ("newcomb", "newcomb", "diff"),
            ("score_ratio", "score", "ratio"),
        ):
            if name == "score_ratio" and 0 in (a, b, c, d):
                continue  # its search for limits fails at the ends
            limits = proportions.confint_proportions_2indep(
                a, a + b, c, c + d, method=method, compare=compare, correction=False
            )
            for end, limit in zip(("low", "high"), limits, strict=True):
                values[f"statsmodels.{name}.{end}({rate})"] = float(limit)
    return values


def adjusted(pairs):
    """Benjamini and Hochberg over the groups: adds to the values of ``[(group, values)]``."""
    for rate in RATES:
        family = [values for _, values in pairs if values[f"scipy.test({rate})"] is not None]
        if not family:
            continue
        p = [values[f"scipy.test({rate})"] for values in family]
        corrected = multitest.multipletests(p, method="fdr_bh")[1]
        for values, one in zip(family, corrected, strict=True):
            values[f"statsmodels.fdr_bh({rate})"] = float(one)


def informative(tables):
    """Strata that say anything on odds: no empty margin."""
    return [t for t in tables if 0 not in (*np.sum(t, axis=0), *np.sum(t, axis=1))]


def comparable(tables):
    """Strata in which both groups occur."""
    return [t for t in tables if 0 not in np.sum(t, axis=1)]


def stratified(tables):
    """Mantel and Haenszel's effects and the tests of strata, by the functions' names."""
    tables = [np.array(t, float) for t in tables]
    values = dict.fromkeys(STRATIFIED)
    if used := comparable(tables):
        effects = contingency_tables.StratifiedTable(used)
        low, high = effects.oddsratio_pooled_confint()
        values["oddsratio_pooled"] = finite(effects.oddsratio_pooled)
        if effects.oddsratio_pooled == 0:
            # No variance on the logarithm: statsmodels has no limits, Waage has Cornfield's.
            del values["oddsratio_pooled_confint.low"], values["oddsratio_pooled_confint.high"]
        else:
            values["oddsratio_pooled_confint.low"] = finite(low)
            values["oddsratio_pooled_confint.high"] = finite(high)
        values["riskratio_pooled"] = finite(effects.riskratio_pooled)
    if used := informative(tables):
        tests = contingency_tables.StratifiedTable(used)
        values["test_null_odds"] = tail(tests.test_null_odds(correction=False), 1)
        values["test_equal_odds"] = tail(tests.test_equal_odds(adjust=True), len(used) - 1)
    return values


def conditional(group, reference, group_strata, reference_strata):
    values = {}
    for rate in ("selection_rate", "base_rate"):
        tables = [
            table(
                group.where(group_strata == level), reference.where(reference_strata == level), rate
            )
            for level in sorted({*group_strata, *reference_strata})
        ]
        for name, value in stratified(tables).items():
            values[f"statsmodels.StratifiedTable.{name}({rate})"] = value
    return values


def exact_and_asymptotic(cells):
    """Every statistic of a 2×2 table that Waage has a function for."""
    plain = stats.chi2_contingency(cells, correction=False)
    yates = stats.chi2_contingency(cells, correction=True)
    ratio = stats.chi2_contingency(cells, correction=False, lambda_="log-likelihood")
    (a, b), (c, d) = cells
    z, p = proportions.proportions_ztest([a, c], [a + b, c + d])
    return {
        "table": [a, b, c, d],
        "fisher_exact": float(stats.fisher_exact(cells).pvalue),
        "fisher_mid_p": fisher_mid_p(cells),
        "chi_square": [float(plain.statistic), float(plain.pvalue)],
        "chi_square_yates": [float(yates.statistic), float(yates.pvalue)],
        "g_test": [float(ratio.statistic), float(ratio.pvalue)],
        "z_pooled": [float(z), float(p)],
    }


def several_rows(rows):
    plain = stats.chi2_contingency(rows, correction=False)
    ratio = stats.chi2_contingency(rows, correction=False, lambda_="log-likelihood")
    return {
        "rows": rows,
        "df": int(plain.dof),
        "chi_square": [float(plain.statistic), float(plain.pvalue)],
        "g_test": [float(ratio.statistic), float(ratio.pvalue)],
    }


def strata(tables):
    """Statistics of strata, not only their p-values."""
    used = contingency_tables.StratifiedTable([np.array(t, float) for t in informative(tables)])
    plain, corrected = (used.test_null_odds(correction=c) for c in (False, True))
    day, tarone = (used.test_equal_odds(adjust=a) for a in (False, True))
    degrees = len(informative(tables)) - 1
    return {
        "tables": [[*t[0], *t[1]] for t in tables],
        "cmh": [float(plain.statistic), tail(plain, 1)],
        "cmh_corrected": [float(corrected.statistic), tail(corrected, 1)],
        "breslow_day": float(day.statistic),
        "tarone": [float(tarone.statistic), tail(tarone, degrees)],
        "degrees": degrees,
        "odds_ratio": float(used.oddsratio_pooled),
    }


def family(p):
    methods = {"holm": "holm", "benjamini_hochberg": "fdr_bh", "benjamini_yekutieli": "fdr_by"}
    corrected = {
        name: [float(v) for v in multitest.multipletests(p, method=method)[1]]
        for name, method in methods.items()
    }
    return {"p": p, **corrected}
