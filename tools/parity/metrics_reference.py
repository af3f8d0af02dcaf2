"""The figures of the originals for metrics.ts: metrics_reference.py FOLDER...

Each folder holds real.csv, synthetic.csv, holdout.csv, plan.json (SDV's metadata, how each column is stored, known and
sensitive columns) and folds.json; this writes metrics.json there. SDMetrics computes its own figures; those of packages
that drag large libraries along are computed here from their published definitions with NumPy, SciPy and scikit-learn.
"""
import json
import sys
import warnings
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import kl_div
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2, ks_2samp, pearsonr

from metrics_points import as_floats, neighbour_figures
from sdmetrics_quality import plain, read

warnings.filterwarnings("ignore")
import sdmetrics.single_table as tables  # noqa: E402
from sdmetrics.column_pairs import ContinuousKLDivergence, DiscreteKLDivergence  # noqa: E402
from sdmetrics.single_column import CSTest, KSComplement, StatisticSimilarity, TVComplement  # noqa: E402
from sdmetrics.single_table.privacy.disclosure_protection import DisclosureProtection  # noqa: E402

from metrics_models import attack_figures, detection_figures, efficacy_figures  # noqa: E402

NUMBERS, CATEGORIES = ("numerical", "datetime"), ("categorical", "boolean", "ordinal")


class Case:
    def __init__(self, folder):
        plan = json.loads((folder / "plan.json").read_text())
        self.metadata, self.known, self.sensitive = plan["metadata"], plan["known"], plan["sensitive"]
        self.attack, self.binary, self.number = plan["attack"], plan["binary"], plan["number"]
        self.folds = np.array(json.loads((folder / "folds.json").read_text()))
        self.real, self.synthetic, self.holdout = (
            read(folder / f"{name}.csv", plan["stored"]) for name in ("real", "synthetic", "holdout")
        )
        kinds = {name: column["sdtype"] for name, column in self.metadata["columns"].items()}
        self.numbers = [name for name, kind in kinds.items() if kind in NUMBERS]
        self.categories = [name for name, kind in kinds.items() if kind in CATEGORIES]
        self.kinds = kinds
        for frame in (self.real, self.synthetic, self.holdout):
            for name in self.categories:
                frame[name] = frame[name].astype(object)

    def tables(self):
        return self.real, self.synthetic, self.holdout


def mean(values):
    values = [value for value in values if value is not None and not np.isnan(value)]
    return float(np.mean(values)) if values else None


def counted(column):
    """Missing cells as one value: whether NaN counts once or per cell depends on how pandas stores the column."""
    return column.map(lambda value: "(missing)" if pd.isna(value) else value)


def column_figures(case):
    real, synthetic = case.real, case.synthetic
    figures = {
        "ks-complement": mean(KSComplement.compute(real[c], synthetic[c]) for c in case.numbers
                              if real[c].notna().any() and synthetic[c].notna().any()),
        "tv-complement": mean(TVComplement.compute(real[c], synthetic[c]) for c in case.categories
                              if real[c].notna().any() and synthetic[c].notna().any()),
        "cs-test": mean(CSTest.compute(counted(real[c]), counted(synthetic[c])) for c in case.categories),
    }
    for name, metric in [("category-coverage", tables.CategoryCoverage), ("range-coverage", tables.RangeCoverage),
                         ("missing-value-similarity", tables.MissingValueSimilarity)]:
        own = case.categories if name == "category-coverage" else case.numbers
        single = metric.single_column_metric
        figures[name] = mean(single.compute(real[c], synthetic[c]) for c in own if real[c].notna().any()
                             or name == "missing-value-similarity")
    for statistic in ("mean", "median", "std"):
        figures[f"statistic-similarity-{statistic}"] = mean(
            StatisticSimilarity.compute(real[c], synthetic[c], statistic) for c in case.numbers)
    numerical = [c for c in case.numbers if case.kinds[c] == "numerical"]
    figures["continuous-kl-divergence"] = mean(
        ContinuousKLDivergence.compute(real[list(pair)].copy(), synthetic[list(pair)].copy())
        for pair in combinations(numerical, 2))
    figures["discrete-kl-divergence"] = mean(
        DiscreteKLDivergence.compute(real[list(pair)].apply(counted), synthetic[list(pair)].apply(counted))
        for pair in combinations(case.categories, 2))
    return figures


def chow_liu(case):
    """Probabilities by the tree of largest mutual information; no pseudo-counts."""
    columns = case.categories
    codes = {}
    for name in columns:
        both = pd.concat([case.real[name], case.synthetic[name]]).astype(object)
        codes[name] = pd.factorize(both, use_na_sentinel=False)[0]
    n = len(case.real)
    real = np.column_stack([codes[name][:n] for name in columns])
    judged = np.column_stack([codes[name][n:] for name in columns])

    def information(i, j):
        table = pd.crosstab(real[:, i], real[:, j]).to_numpy() / n
        outer = table.sum(1, keepdims=True) * table.sum(0, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.nansum(np.where(table > 0, table * np.log(table / outer), 0))

    tree, inside = {0: None}, [0]
    while len(inside) < len(columns):
        best = max(((information(i, j), -j, i) for i in inside for j in range(len(columns)) if j not in tree))
        tree[-best[1]] = best[2]
        inside.append(-best[1])
    probability = np.ones(len(judged))
    for child, parent in tree.items():
        for row in range(len(judged)):
            value = judged[row, child]
            given = np.ones(n, bool) if parent is None else real[:, parent] == judged[row, parent]
            probability[row] *= ((real[:, child] == value) & given).sum() / given.sum() if given.any() else 0
    return probability


def row_figures(case):
    used = case.numbers + case.categories
    metadata = {"columns": {
        name: {**case.metadata["columns"][name],
               "sdtype": "categorical" if name in case.categories else case.kinds[name]} for name in used}}
    real, synthetic, holdout = (frame[used].copy() for frame in case.tables())
    figures = {"new-row-synthesis": tables.NewRowSynthesis.compute(real.copy(), synthetic.copy(), metadata)}
    figures["dcr-overfitting-protection"] = tables.DCROverfittingProtection.compute(
        real, synthetic, holdout, metadata, table_name=None)
    if case.categories:
        probability = chow_liu(case)
        figures["bn-likelihood"] = probability.mean()
        figures["bn-log-likelihood"] = np.log(np.where(probability == 0, 1e-8, probability)).mean()
    for name in ("cap", "zero_cap", "generalized_cap"):
        numbers = [column for column in case.known + case.sensitive if column in case.numbers]
        result = DisclosureProtection.compute_breakdown(
            real, synthetic, case.known, case.sensitive, name, numbers or None)
        figures[name.replace("_", "-")] = result["cap_protection"]
        figures[f"disclosure-protection-{name.replace('_', '-')}"] = result["score"]
    return figures


def trend(case, common):
    real, synthetic = case.real, case.synthetic

    def codes(name):
        if name in case.categories:
            both = pd.concat([real[name], synthetic[name]]).astype(object)
            own = pd.factorize(both, use_na_sentinel=False)[0]
            return own[: len(real)], own[len(real):]
        scale = 1000.0 if case.kinds[name] == "datetime" else 1.0
        values = [as_floats(frame[name]) * scale for frame in (real, synthetic)]
        if common:
            low, high = np.nanmin(values[0]), np.nanmax(values[0])
            values = [np.clip(own, low, high) for own in values]
        result = []
        for own in values:
            base = values[0] if common else own
            edges = np.histogram_bin_edges(base[~np.isnan(base)], bins=10)
            result.append(np.digitize(own, edges))
        return result

    scores = []
    for a, b in combinations(case.metadata["columns"], 2):
        if not {a, b} <= set(case.numbers + case.categories):
            continue
        if a in case.numbers and b in case.numbers:
            correlations = []
            for frame in (real, synthetic):
                x, y = as_floats(frame[a]), as_floats(frame[b])
                keep = ~np.isnan(x) & ~np.isnan(y)
                constant = np.nanmin(x) == np.nanmax(x) or np.nanmin(y) == np.nanmax(y)
                correlations.append(np.nan if constant or keep.sum() < 2 else pearsonr(x[keep], y[keep])[0])
            scores.append(1 - abs(correlations[0] - correlations[1]) / 2)
            continue
        (ra, sa), (rb, sb) = codes(a), codes(b)
        if len(set(ra)) < 2 or len(set(rb)) < 2:
            continue
        shares = [pd.Series(list(zip(x, y))).value_counts(normalize=True) for x, y in ((ra, rb), (sa, sb))]
        scores.append(1 - shares[0].subtract(shares[1], fill_value=0).abs().sum() / 2)
    return mean(scores)


def synthcity_figures(case):
    def encoded(name):
        frames = case.tables()
        if name in case.numbers:
            return [as_floats(frame[name].dropna()) for frame in frames]
        present = pd.unique(pd.concat([frame[name] for frame in frames]).dropna())
        places = {value: place for place, value in enumerate(sorted(present))}
        return [frame[name].map(lambda value: places.get(value, len(places))).to_numpy(float) for frame in frames]

    def frequency(gt, syn):
        if len(np.unique(gt)) < 5:
            values = list(pd.unique(np.concatenate([gt, syn])))
            pair = [np.array([(own == value).mean() for value in values]) for own in (gt, syn)]
        else:
            counts, edges = np.histogram(gt, bins=min(10, len(np.unique(gt))))
            pair = [own / (own.sum() + 1e-8) for own in (counts, np.histogram(syn, bins=edges)[0])]
        return [np.where(own == 0, 1e-11, own) for own in pair]

    def js(gt, syn):
        first, edges = pd.cut(pd.Series(gt), bins=min(10, len(np.unique(gt))), retbins=True)
        second = pd.cut(pd.Series(syn), bins=edges)
        shares = [own.value_counts(dropna=False, normalize=True) for own in (first, second)]
        a, b = shares[0].align(shares[1], join="outer", fill_value=0)
        return jensenshannon(a, b)

    def chi(gt, syn):
        statistic = ((gt - syn) ** 2 / syn).sum()
        return chi2.sf(statistic, len(gt) - 1) if len(gt) > 1 else 1.0

    figures = {name: [] for name in ("inverse-kl-divergence", "ks-test", "chi-squared-test", "jensen-shannon-distance")}
    for name in case.metadata["columns"]:
        if name not in case.numbers + case.categories:
            continue
        gt, syn, _ = encoded(name)
        if not len(gt) or not len(syn):
            continue
        pair = frequency(gt, syn)
        figures["inverse-kl-divergence"].append(1 / (1 + kl_div(*pair).sum()))
        figures["ks-test"].append(1 - ks_2samp(gt, syn).statistic)
        figures["chi-squared-test"].append(chi(*pair))
        figures["jensen-shannon-distance"].append(js(gt, syn))
    figures = {name: mean(values) for name, values in figures.items()}
    used = case.numbers + case.categories
    common = case.real[used].merge(case.synthetic[used], how="inner").drop_duplicates()
    figures["common-rows-proportion"] = len(common) / (len(case.real) + 1e-8)
    return figures


def accuracy_figures(case):
    def numeric_bins(values, is_date):
        present = np.sort(values[~np.isnan(values)])
        if len(present) == 0:
            return [-1e10, 1e10]
        distinct = np.unique(present)
        if is_date and len(distinct) == 1:
            return [distinct[0], distinct[0] + 86_400_000_000.0]
        if not is_date and len(distinct) <= 10:
            breaks = list(distinct) + [distinct[-1] + 1]
        else:
            for places in range(10, max(11, min(1000, len(present) + 1))):
                index = np.linspace(0, len(present) - 1, places).astype(int)
                breaks = sorted(set(present[index]))
                if len(breaks) >= 11:
                    break
        if is_date:
            return breaks
        breaks = sorted(set(breaks))
        for precision in range(20):
            floored = [np.floor(value * 10**precision) / 10**precision for value in breaks]
            if len(set(floored)) == len(breaks):
                return floored[:-1] + [breaks[-1]]
        return breaks

    binned = [{}, {}]
    for name in case.numbers:
        values = [as_floats(frame[name]) for frame in (case.real, case.synthetic)]
        is_date = case.kinds[name] == "datetime"
        breaks = numeric_bins(values[0], is_date)
        upper = breaks[-1] + (86_400_000_000.0 if is_date else 1)
        for side, own in enumerate(values):
            cut = pd.cut(np.clip(own, breaks[0], breaks[-1]), bins=breaks[:-1] + [upper], labels=False, right=False)
            binned[side][name] = np.where(np.isnan(cut), -1, cut)
    for name in case.categories:
        filled = [frame[name].map(lambda v: "(n/a)" if pd.isna(v) else str(v if isinstance(v, str) else float(v)))
                  .replace("", "(empty)") for frame in (case.real, case.synthetic)]
        # Of categories that are as frequent, those that occur first: pandas leaves their order open.
        counts = filled[0].value_counts(sort=False).sort_values(ascending=False, kind="stable").head(10)
        keep = set(counts[counts >= 5].index) | {"(n/a)", "(empty)"}
        for side, own in enumerate(filled):
            binned[side][name] = own.where(own.isin(keep), "(other)").to_numpy()
    frames = [pd.DataFrame(own) for own in binned]

    def accuracy(columns):
        shares = [frame[list(columns)].value_counts(normalize=True) for frame in frames]
        return 1 - shares[0].subtract(shares[1], fill_value=0).abs().sum() / 2

    names = case.numbers + case.categories
    figures = {}
    for size, label in ((1, "univariate"), (2, "bivariate"), (3, "trivariate")):
        figures[f"accuracy-{label}"] = mean(accuracy(group) for group in combinations(names, size))
    figures["accuracy"] = mean(figures.values())
    return figures


def main():
    for folder in map(Path, sys.argv[1:]):
        case = Case(folder)
        used = case.numbers + case.categories
        figures = {**column_figures(case), **row_figures(case), **neighbour_figures(case),
                   **synthcity_figures(case), **accuracy_figures(case),
                   "trend": trend(case, False), "trend-common": trend(case, True),
                   **detection_figures(case), **efficacy_figures(case), **attack_figures(case)}
        figures["shape"] = mean([
            (KSComplement if name in case.numbers else TVComplement).compute(case.real[name], case.synthetic[name])
            for name in used if case.real[name].notna().any() and case.synthetic[name].notna().any()])
        (folder / "metrics.json").write_text(json.dumps({name: plain(value) for name, value in figures.items()}))
        print(f"computed {len(figures)} figures of {folder.name}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
