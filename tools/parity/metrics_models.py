"""The figures of SDMetrics' metrics of models for metrics_reference.py: detection, efficacy, attackers."""
import functools
from numbers import Number

import numpy as np
import pandas as pd
import sdmetrics.single_table as tables
import sdmetrics.single_table.detection.base as detection
import sdmetrics.single_table.privacy.loss as losses
import sdmetrics.utils
from sdmetrics.single_table.detection.sklearn import SVC
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler

sdmetrics.utils.OneHotEncoder = functools.partial(OneHotEncoder, handle_unknown="ignore")
TRUTHS = {"true": True, "false": False}


class GivenFolds:
    """Stands in for the random folds of the original."""
    folds = None

    def __init__(self, n_splits, shuffle):
        self.n_splits = n_splits

    def split(self, X, y):
        for fold in range(self.n_splits):
            yield np.where(self.folds != fold)[0], np.where(self.folds == fold)[0]


def by_decision(cls, X_train, y_train, X_test):
    """Ranks rows by the machine's decision: its probabilities are fitted on folds that are random."""
    model = Pipeline([("imputer", SimpleImputer()), ("scalar", RobustScaler()), ("classifier", SVC(gamma="scale"))])
    return model.fit(X_train, y_train).decision_function(X_test)


class PlaceDistance(losses.LossFunction):
    """Squared differences of the shares of real values at or below."""

    def fit(self, data, cols):
        self.sorted = [np.sort(data[col].dropna().to_numpy(float)) for col in cols]

    def measure(self, pred, real):
        return sum(
            ((np.searchsorted(own, p, side="right") - np.searchsorted(own, r, side="right")) / len(own)) ** 2
            for own, p, r in zip(self.sorted, pred, real))


def as_text(value):
    """One text per value, however pandas stores the column."""
    if pd.isna(value):
        return "place_holder_for_nan"
    return repr(float(value)) if isinstance(value, Number) and not isinstance(value, bool) else str(value)


def typed(case):
    """The tables as a data frame that was read from a file holds them: truths as truths."""
    frames = []
    for frame in case.tables():
        frame = frame[case.numbers + case.categories].copy()
        for name in case.categories:
            present = case.real[name].dropna()
            if len(present) and all(str(value).lower() in TRUTHS for value in present):
                frame[name] = frame[name].map(lambda value: TRUTHS.get(str(value).lower(), np.nan))
            else:
                frame[name] = frame[name].infer_objects()
        frames.append(frame)
    return frames


def detection_figures(case):
    frames = typed(case)
    metadata = {"columns": {
        name: {"sdtype": "categorical" if name in case.categories else case.kinds[name],
               **({"datetime_format": "%Y-%m-%d %H:%M:%S"} if case.kinds[name] == "datetime" else {})}
        for name in case.numbers + case.categories}}
    GivenFolds.folds = case.folds
    detection.StratifiedKFold = GivenFolds
    tables.SVCDetection._fit_predict = classmethod(by_decision)
    return {name: metric.compute(frames[0].copy(), frames[1].copy(), metadata)
            for name, metric in (("logistic-detection", tables.LogisticDetection),
                                 ("svc-detection", tables.SVCDetection))}


def efficacy_figures(case):
    figures = {}
    _, synthetic, holdout = typed(case)
    for target, metric, name in [
        (case.binary, tables.BinaryLogisticRegression, "efficacy-logistic-regression"),
        (case.number, tables.LinearRegression, "efficacy-linear-regression"),
    ]:
        if target is None:
            continue
        keep = [frame[frame[target].notna()].reset_index(drop=True) for frame in (holdout, synthetic)]
        for frame in keep:
            if target == case.binary:
                frame[target] = frame[target].map(str).astype(object)
            for column in frame:
                if case.kinds[column] == "datetime":
                    frame[column] = pd.to_numeric(frame[column].astype("datetime64[us]"), errors="coerce").where(
                        frame[column].notna()).astype(float)
        figures[name] = metric.compute(keep[0], keep[1], target=target, metadata={"columns": {
            name: {"sdtype": "categorical" if name in case.categories else "numerical"} for name in keep[0]}})
    return figures


def attack_figures(case):
    figures = {}
    real, synthetic, _ = case.tables()
    known = [name for name in case.attack["knownCategories"]]
    if known and case.attack["sensitiveCategory"]:
        columns = known + [case.attack["sensitiveCategory"]]
        frames = [frame[columns].map(as_text) for frame in (real, synthetic)]
        metadata = {"columns": {name: {"sdtype": "categorical"} for name in columns}}
        figures["categorical-nb"] = tables.CategoricalNB.compute(
            *frames, metadata, key_fields=known, sensitive_fields=columns[-1:])
    numbers = case.attack["knownNumbers"]
    if numbers and case.attack["sensitiveNumber"]:
        columns = numbers + [case.attack["sensitiveNumber"]]
        frames = [frame[columns].astype(float) for frame in (real, synthetic)]
        frames[1] = frames[1][frames[1][columns[-1]].notna()]
        means = frames[1].mean()
        frames = [frame[frame[columns[-1]].notna()].fillna(means) for frame in frames]
        metadata = {"columns": {name: {"sdtype": "numerical"} for name in columns}}
        for name, metric in (("numerical-lr", tables.NumericalLR), ("numerical-svr", tables.NumericalSVR)):
            figures[name] = metric.compute(
                *frames, metadata, key_fields=numbers, sensitive_fields=columns[-1:],
                loss_function=PlaceDistance, loss_function_kwargs={})
    return figures
