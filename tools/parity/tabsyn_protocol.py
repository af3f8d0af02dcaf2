"""Scores one synthetic table by the protocol of TabSyn (Zhang et al. 2024) and TabDiff, and prints one JSON object.

usage: tabsyn_protocol.py TRAIN_CSV TEST_CSV SYNTH_CSV TARGET [--parts shape,c2st,mle,alpha,privacy] [--seed 0]
For adult and shoppers, whose columns it knows by name; a judge for `npm run bench`'s quality.ts.

shape, trend          SDMetrics' semantics before 0.27: KS and total variation per column; per pair Pearson's correlation, or
                      the contingency table with ten even bins over each table's own range; trend_common: the real bins
c2st_train, c2st_test 1 - (2 AUC - 1) of XGBoost telling real rows from synthetic ones, three folds; test: against as many
                      rows of the test table
mle                   AUC on the test table of XGBoost learnt from synthetic rows, chosen among 36 settings by a ninth of
                      them. The protocol scales numbers by one column's range: monotone, nothing to trees
alpha, beta           alpha-precision and beta-recall, the naive form of synthcity
dcr_share             share of synthetic rows nearer to training rows than to as many test rows, a tie half
lgbm_train, lgbm_test AUC of LightGBM telling real rows from synthetic ones, five folds
copies, test_copies   share of synthetic, of test rows that are also training rows
"""
import argparse
import itertools
import json
import os
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))
NUMERIC = [
    {"age", "fnlwgt", "education.num", "capital.gain", "capital.loss", "hours.per.week"},
    {"Administrative", "Administrative_Duration", "Informational", "Informational_Duration", "ProductRelated",
     "ProductRelated_Duration", "BounceRates", "ExitRates", "PageValues", "SpecialDay"},
]


def plain(name):
    return name.replace("-", ".").replace("_num", ".num")


def read(path):
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""], low_memory=False)
    for name in frame.columns:
        if frame[name].dtype == object or frame[name].dtype == "string":
            frame[name] = frame[name].astype(object).where(frame[name].notna(), "nan")
            frame[name] = frame[name].map(lambda text: str(text).strip().rstrip("."))
    return frame


def numeric_columns(frame):
    known = [{n for n in frame.columns if n in names or plain(n) in names or n.replace("_", ".") in names}
             for names in NUMERIC]
    best = max(known, key=len)
    if len(best) not in (6, 10):
        raise SystemExit("Expected the columns of adult or shoppers.")
    return [name for name in frame.columns if name in best]


def shape(real, made, numbers):
    from scipy.stats import ks_2samp
    scores = []
    for name in real.columns:
        if name in numbers:
            scores.append(1 - ks_2samp(real[name].dropna(), made[name].dropna()).statistic)
        else:
            scores.append(1 - gap(real[name].astype(str), made[name].astype(str)))
    return float(np.mean(scores))


def gap(real, made):
    a, b = (pd.Series(x).value_counts(normalize=True) for x in (real, made))
    return float(a.sub(b, fill_value=0).abs().sum() / 2)


def trend(real, made, numbers, common):
    def binned(frame):
        out = {}
        for name in frame.columns:
            if name in numbers:
                own = real[name] if common else frame[name]
                values = frame[name].clip(own.min(), own.max()) if common else frame[name]
                out[name] = np.digitize(values, np.histogram_bin_edges(own, bins=10)).astype(str)
            else:
                out[name] = frame[name].astype(str).to_numpy()
        return out

    a, b = binned(real), binned(made)
    scores = []
    for x, y in itertools.combinations(real.columns, 2):
        if x in numbers and y in numbers:
            r, s = (np.corrcoef(frame[x], frame[y])[0, 1] for frame in (real, made))
            scores.append(1 - abs(r - s) / 2)
        else:
            scores.append(1 - gap(a[x] + "\x1f" + b_join(a[y]), b[x] + "\x1f" + b_join(b[y])))
    return float(np.nanmean(scores))


def b_join(values):
    return np.asarray(values, dtype=object)


def features(fitted, frames, numbers=None):
    """Numbers as they are, categories one-hot by `fitted`; without `numbers` whatever pandas reads as numbers is one."""
    blocks = [[] for _ in frames]
    for name in fitted.columns:
        kind = fitted[name].dtype
        is_number = name in numbers if numbers is not None else pd.api.types.is_numeric_dtype(kind)
        for block, frame in zip(blocks, frames):
            if is_number:
                block.append(frame[name].astype(float).to_numpy()[:, None])
        if not is_number:
            levels = sorted(fitted[name].astype(str).unique())
            for block, frame in zip(blocks, frames):
                codes = pd.Categorical(frame[name].astype(str), categories=levels).codes
                hot = np.zeros((len(frame), len(levels)), np.float32)
                known = codes >= 0
                hot[np.flatnonzero(known), codes[known]] = 1
                block.append(hot)
    return [np.hstack(block).astype(np.float32) for block in blocks]


def c2st(real, made, seed):
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold
    from xgboost import XGBClassifier
    x = np.vstack(features(real, [real, made]))
    y = np.r_[np.ones(len(real)), np.zeros(len(made))]
    excess = []
    for learn, judge in StratifiedKFold(3, shuffle=True, random_state=seed).split(x, y):
        model = XGBClassifier(eval_metric="logloss", random_state=0, n_jobs=THREADS).fit(x[learn], y[learn])
        excess.append(2 * max(0.5, roc_auc_score(y[judge], model.predict_proba(x[judge])[:, 1])) - 1)
    return 1 - float(np.mean(excess))


def lightgbm(real, made, seed):
    import lightgbm as lgb
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold
    x = pd.concat([real, made], ignore_index=True)
    for name in x.columns:
        if not pd.api.types.is_numeric_dtype(x[name]):
            x[name] = x[name].astype("category")
    y = np.r_[np.ones(len(real)), np.zeros(len(made))]
    found = np.zeros(len(y))
    for learn, judge in StratifiedKFold(5, shuffle=True, random_state=seed).split(x, y):
        model = lgb.LGBMClassifier(random_state=seed, n_jobs=THREADS, verbose=-1).fit(x.iloc[learn], y[learn])
        found[judge] = model.predict_proba(x.iloc[judge])[:, 1]
    return float(roc_auc_score(y, found))


def mle(train, test, made, numbers, target, seed):
    from sklearn.metrics import roc_auc_score
    from xgboost import XGBClassifier
    columns = [name for name in train.columns if name != target]
    levels = sorted(train[target].astype(str).unique())
    order = np.random.RandomState(seed).permutation(len(made))
    held, learn = order[: len(made) // 9], order[len(made) // 9:]
    x, x_test = features(made[columns], [made[columns], test[columns]], numbers)
    y, y_test = ((frame[target].astype(str) == levels[1]).to_numpy(int) for frame in (made, test))
    best = None
    for trees, weight, depth, gamma in itertools.product((10, 50, 100), (1, 10), (5, 10, 20), (0, 1)):
        model = XGBClassifier(n_estimators=trees, min_child_weight=weight, max_depth=depth, gamma=gamma,
                              tree_method="hist", random_state=seed, n_jobs=THREADS).fit(x[learn], y[learn])
        score = roc_auc_score(y[held], model.predict_proba(x[held])[:, 1])
        if best is None or score > best[0]:
            best = (score, model)
    return float(roc_auc_score(y_test, best[1].predict_proba(x_test)[:, 1]))


def alpha_beta(real, made, numbers):
    from sklearn.neighbors import NearestNeighbors
    count = min(len(real), len(made))
    real, made = real.iloc[:count], made.iloc[:count]
    r, s = features(real, [real, made], numbers)
    low, high = r.min(0), r.max(0)
    span = np.where(high > low, high - low, 1)
    r, s = (r - low) / span, (s - low) / span
    alphas = np.linspace(0, 1, 30)
    centre, made_centre = r.mean(0), s.mean(0)
    radii = np.quantile(np.linalg.norm(r - centre, axis=1), alphas)
    away = np.linalg.norm(s - centre, axis=1)
    precision = [np.mean(away <= radius) for radius in radii]
    own = NearestNeighbors(n_neighbors=2, n_jobs=THREADS).fit(r).kneighbors(r)[0][:, 1]
    distance, nearest = NearestNeighbors(n_neighbors=1, n_jobs=THREADS).fit(s).kneighbors(r)
    made_away = np.linalg.norm(s - made_centre, axis=1)
    closest = made_away[nearest[:, 0]]
    limits = np.quantile(closest, alphas)
    recall = [np.mean((distance[:, 0] <= own) & (closest <= limit)) for limit in limits]
    area = lambda curve: float(1 - np.sum(np.abs(alphas - np.array(curve))) / np.sum(alphas))
    return area(precision), area(recall)


def dcr_share(train, test, made, numbers, seed, most=4000):
    rng = np.random.RandomState(seed)
    size = min(len(train), len(test))
    sides = [frame.iloc[rng.permutation(len(frame))[:size]] for frame in (train, test)]
    some = made.iloc[rng.permutation(len(made))[:most]]
    nearest = []
    for side in sides:
        total = np.full((len(some), size), 0, np.float32)
        for name in train.columns:
            if name in numbers:
                span = float(train[name].max() - train[name].min()) or 1.0
                a, b = (frame[name].to_numpy(np.float32) / span for frame in (some, side))
                total += np.abs(a[:, None] - b[None, :])
            else:
                levels = pd.unique(pd.concat([frame[name].astype(str) for frame in (train, test, made)]))
                a, b = (pd.Categorical(frame[name].astype(str), categories=levels).codes for frame in (some, side))
                total += 2 * (a[:, None] != b[None, :])
        nearest.append(total.min(1))
    return float(np.mean(nearest[0] < nearest[1]) + np.mean(nearest[0] == nearest[1]) / 2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs=3)
    parser.add_argument("target")
    parser.add_argument("--parts", default="shape,c2st,mle,alpha,privacy")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    train, test, made = map(read, given.files)
    made = made[list(train.columns)]
    numbers = numeric_columns(train)
    parts = given.parts.split(",")
    seed = given.seed
    found = {}
    if "shape" in parts:
        found["shape"] = shape(train, made, numbers)
        found["trend"] = trend(train, made, numbers, False)
        found["trend_common"] = trend(train, made, numbers, True)
    size = min(len(test), len(made))
    if "c2st" in parts:
        found["c2st_train"] = c2st(train, made, seed)
        found["c2st_test"] = c2st(test.iloc[:size], made.iloc[:size], seed)
    if "mle" in parts:
        found["mle"] = mle(train, test, made, numbers, given.target, seed)
    if "alpha" in parts:
        found["alpha"], found["beta"] = alpha_beta(train, made, numbers)
    if "privacy" in parts:
        found["lgbm_train"] = lightgbm(train, made, seed)
        found["lgbm_test"] = lightgbm(test.iloc[:size], made.iloc[:size], seed)
        found["dcr_share"] = dcr_share(train, test, made, numbers, seed)
        known = set(map(tuple, train.astype(str).itertuples(index=False)))
        for name, frame in (("copies", made), ("test_copies", test)):
            found[name] = float(np.mean([row in known for row in map(tuple, frame.astype(str).itertuples(index=False))]))
    print(json.dumps(found))


main()
