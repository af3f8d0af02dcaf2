"""scikit-learn for `trees-fit`: a chain of CART trees whose leaves give rows away, as synthpop draws columns.

One tree per column on those before it, leaves of 20 rows, no boosting, no smoothing, no protection: less than ours does.
"""

import sys

import numpy as np
from serve import serve, timed
from sklearn.preprocessing import OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from table import column_types, read_table

table = read_table(sys.argv[1])
types = column_types(table)
seed = 0


def encode():
    columns = {}
    for name, kind in types.items():
        if kind["sdtype"] == "numerical":
            columns[name] = table[name].rank(method="dense").fillna(0).to_numpy()
        else:
            texts = table[[name]].astype(str)
            columns[name] = OrdinalEncoder().fit_transform(texts)[:, 0]
    order = sorted(columns, key=lambda name: -len(np.unique(columns[name])))
    return order, np.column_stack([columns[name] for name in order])


def run():
    global seed
    seed += 1
    rng = np.random.default_rng(seed)

    def fit():
        order, cells = encode()
        trees = []
        for place in range(1, cells.shape[1]):
            kind = types[order[place]]["sdtype"]
            make = DecisionTreeRegressor if kind == "numerical" else DecisionTreeClassifier
            tree = make(min_samples_leaf=20, random_state=seed).fit(cells[:, :place], cells[:, place])
            leaves = tree.apply(cells[:, :place])
            rows = np.argsort(leaves, kind="stable")
            starts = np.searchsorted(leaves[rows], np.arange(tree.tree_.node_count + 1))
            trees.append((tree, rows, starts))
        return cells, trees

    def sample(cells, trees):
        drawn = np.empty_like(cells)
        drawn[:, 0] = cells[rng.integers(len(cells), size=len(cells)), 0]
        for place, (tree, rows, starts) in enumerate(trees, start=1):
            leaves = tree.apply(drawn[:, :place])
            sizes = starts[leaves + 1] - starts[leaves]
            donors = rows[starts[leaves] + (rng.random(len(drawn)) * sizes).astype(int)]
            drawn[:, place] = cells[donors, place]
        return drawn

    fit_seconds, model = timed(fit)
    sample_seconds, drawn = timed(lambda: sample(*model))
    return {
        "seconds": fit_seconds + sample_seconds,
        "fitSeconds": fit_seconds,
        "sampleSeconds": sample_seconds,
        "rows": len(drawn),
    }


serve(run)
