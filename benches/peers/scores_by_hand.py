"""Exact score metrics per region by hand, in polars alone and in numpy.

AUC, Kolmogorov-Smirnov statistic, expected calibration error of ten equal bins and Brier score of
every region, from Parquet to numbers: ``run(path)`` of each formulation.
"""

POLARS = """
import sys
import polars as pl

def run(path):
    y = pl.col("converted").cast(pl.Float64)
    s = pl.col("score")
    g = "region"
    rows = pl.scan_parquet(path).select(g, "score", "converted")
    positives, n = y.sum(), pl.len()
    ranked = rows.with_columns(rank=s.rank("average").over(g)).group_by(g).agg(
        auc=((pl.col("rank") * y).sum() - positives * (positives + 1) / 2)
        / (positives * (n - positives)),
        brier=((s - y) ** 2).mean(),
    )
    ks = (
        rows.group_by(g, "score").agg(p=y.sum(), q=(1 - y).sum()).sort(g, "score")
        .with_columns(
            f=pl.col("p").cum_sum().over(g) / pl.col("p").sum().over(g),
            h=pl.col("q").cum_sum().over(g) / pl.col("q").sum().over(g),
        )
        .group_by(g).agg(ks=(pl.col("f") - pl.col("h")).abs().max())
    )
    ece = (
        rows.group_by(g, bin=(s * 10).floor().clip(0, 9)).agg(gap=(s.sum() - y.sum()).abs(), n=n)
        .group_by(g).agg(ece=pl.col("gap").sum() / pl.col("n").sum())
    )
    return [frame.sort(g).rows() for frame in pl.collect_all([ranked, ks, ece])]
"""
NUMPY = """
import sys
import numpy as np
import polars as pl

def run(path):
    frame = pl.read_parquet(path, columns=["region", "score", "converted"])
    out = []
    for (region,), part in sorted(frame.partition_by("region", as_dict=True).items()):
        s, y = part["score"].to_numpy(), part["converted"].to_numpy()
        order = np.argsort(s, kind="stable")
        t, z = s[order], y[order].astype(np.float64)
        last = np.append(t[1:] != t[:-1], True)
        tp, fp = np.cumsum(z)[last], np.cumsum(1 - z)[last]
        p, q = np.diff(tp, prepend=0), np.diff(fp, prepend=0)
        auc = np.sum(p * (fp - q / 2)) / (tp[-1] * fp[-1])
        ks = np.max(np.abs(tp / tp[-1] - fp / fp[-1]))
        bins = np.minimum((s * 10).astype(np.int64), 9)
        gap = np.bincount(bins, s - y, 10)
        out.append((region, auc, ks, np.abs(gap).sum() / len(s), np.mean((s - y) ** 2)))
    return out
"""
FORMULATIONS = {"polars": POLARS, "numpy": NUMPY}
