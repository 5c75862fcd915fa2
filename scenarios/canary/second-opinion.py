"""Answers one JSON line a case on standard input with what SciPy makes of it: a second implementation of the canary's tests."""
import json
import math
import sys

from scipy import stats


def answer(case):
    kind = case["kind"]
    if kind == "ranks":
        x, y = case["canary"], case["baseline"]
        told = {}
        for way in ("two-sided", "greater", "less"):
            result = stats.mannwhitneyu(x, y, alternative=way, method=case["method"], use_continuity=True)
            told[way] = None if math.isnan(result.pvalue) else result.pvalue
            told["u"] = result.statistic
        return told
    if kind == "share":
        table = [[case["canary"][0], case["canary"][1] - case["canary"][0]],
                 [case["baseline"][0], case["baseline"][1] - case["baseline"][0]]]
        wilson = stats.binomtest(case["canary"][0], case["canary"][1]).proportion_ci(0.98, method="wilson")
        return {
            "greater": stats.fisher_exact(table, alternative="greater").pvalue,
            "less": stats.fisher_exact(table, alternative="less").pvalue,
            "wilson": [wilson.low, wilson.high],
        }
    if kind == "sign":
        return {"p": stats.binomtest(case["worse"], case["differ"], 0.5, alternative="greater").pvalue}
    if kind == "normal":
        return {"tail": stats.norm.sf(case["z"]), "quantile": stats.norm.isf(case["p"])}
    raise ValueError(kind)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
