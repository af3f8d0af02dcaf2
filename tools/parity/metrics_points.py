"""The figures of metrics_reference.py that compare rows as points: neighbourhoods, spheres, nearest rows, kernels."""
import numpy as np
import pandas as pd


def as_floats(column):
    if str(column.dtype).startswith("datetime"):
        return np.where(column.isna(), np.nan, column.astype("int64") / 1000.0)
    return column.to_numpy(float)


def points(case, frames):
    """Numbers over the real range, and codes: what one-hot rows are without their zeros."""
    numbers, codes = [], []
    for name in case.numbers:
        values = [as_floats(frame[name]) for frame in frames]
        low, high = np.nanmin(values[0]), np.nanmax(values[0])
        width = high - low if high > low else 1.0
        filling = np.nanmean(values[0])
        numbers.append([(np.where(np.isnan(own), filling, own) - low) / width for own in values])
    for name in case.categories:
        both = pd.concat([frame[name] for frame in frames]).astype(object)
        codes.append(np.split(pd.factorize(both, use_na_sentinel=False)[0], np.cumsum([len(f) for f in frames])[:-1]))
    for name in case.numbers:
        if any(frame[name].isna().any() for frame in frames):
            codes.append([frame[name].isna().to_numpy().astype(int) for frame in frames])
    return [([own[i] for own in numbers], [own[i] for own in codes]) for i in range(len(frames))]


def distances(a, b, power):
    """Differences added column by column, so that equal distances are equal numbers."""
    total = np.zeros((len((a[0] + a[1])[0]), len((b[0] + b[1])[0])))
    for x, y in zip(a[0], b[0]):
        gap = np.abs(x[:, None] - y[None, :])
        total += gap * gap if power == 2 else gap
    different = np.zeros(total.shape)
    for x, y in zip(a[1], b[1]):
        different += x[:, None] != y[None, :]
    total = total + 2 * different
    return np.sqrt(total) if power == 2 else total


def centre_distances(own, of):
    total = np.zeros(len((own[0] + own[1])[0]))
    for x, y in zip(own[0], of[0]):
        total += (x - y.mean()) ** 2
    for x, y in zip(own[1], of[1]):
        for code in np.unique(np.concatenate([x, y])):
            total += ((x == code) - (y == code).mean()) ** 2
    return np.sqrt(total)


def neighbour_figures(case):
    real, synthetic = points(case, [case.real, case.synthetic])
    rr, rs, ss = distances(real, real, 2), distances(real, synthetic, 2), distances(synthetic, synthetic, 2)
    k = 5
    radius = [np.sort(own, axis=1)[:, k] for own in (rr, ss)]
    inside = rs < radius[0][:, None]
    figures = {
        "prdc-precision": inside.any(0).mean(),
        "prdc-recall": (rs < radius[1][None, :]).any(1).mean(),
        "prdc-density": inside.sum(0).mean() / k,
        "prdc-coverage": (rs.min(1) < radius[0]).mean(),
    }
    alphas = np.linspace(0, 1, 30)
    radii = np.quantile(centre_distances(real, real), alphas)
    to_centre = centre_distances(synthetic, real)
    own_centre = centre_distances(synthetic, synthetic)[rs.argmin(1)]
    own_radii = np.quantile(own_centre, alphas)
    np.fill_diagonal(rr, np.inf)
    near = rs.min(1) <= rr.min(1)
    curves = [[(to_centre <= r).mean() for r in radii], [(near & (own_centre <= r)).mean() for r in own_radii]]
    for name, curve in zip(("alpha-precision", "beta-recall"), curves):
        figures[name] = 1 - np.abs(alphas - np.array(curve)).sum() / alphas.sum()
    nearest = rs.min(1)
    scaled = (nearest - nearest.min()) / (nearest.max() - nearest.min() + 1e-8)
    figures["nearest-syn-neighbor-distance"] = scaled.mean()
    figures["close-values-probability"] = (scaled <= 0.2).mean()
    figures["distant-values-probability"] = (scaled >= 0.8).mean()
    np.fill_diagonal(rr, 0)
    figures["maximum-mean-discrepancy"] = (
        np.exp(-rr**2).mean() + np.exp(-ss**2).mean() - 2 * np.exp(-rs**2).mean())
    parts = points(case, list(case.tables()))
    to_real, to_holdout = (distances(parts[1], parts[i], 1).min(1) for i in (0, 2))
    figures["dcr-share-strict"] = (to_real < to_holdout).mean()
    return figures
