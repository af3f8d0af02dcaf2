"""imbalanced-learn on the rows of a JSON file: what each sampler made or kept, and the random numbers that it drew.

python resample_reference.py IN.json OUT.json
"""

import json
import sys
import warnings

import numpy
from imblearn import over_sampling, under_sampling
from sklearn.neighbors import NearestNeighbors

warnings.filterwarnings("ignore")
given = json.load(open(sys.argv[1]))
seed = 7
numbers = numpy.array(given["numbers"], dtype=float).reshape(len(given["labels"]), -1)
texts = numpy.array(given["texts"], dtype=object).reshape(len(given["labels"]), -1)
# SciPy's mode takes numbers only; their order is that of the texts.
names, labels = numpy.unique(given["labels"], return_inverse=True)
rare = int(numpy.flatnonzero(names == given["rare"])[0])
new = given["count"]
totals = {rare: int((labels == rare).sum()) + new}
own = numpy.flatnonzero(labels == rare)


def places(rows):
    """Draws of `row and neighbour` as uniforms."""
    random = numpy.random.RandomState(seed)
    picks = random.randint(low=0, high=rows * 5, size=new)
    return {"row and neighbour": ((picks + 0.5) / (rows * 5)).tolist(), "share": random.uniform(size=new).tolist()}


def over(name, sampler, draws, rows=numbers):
    resampled, _ = sampler.fit_resample(rows, labels)
    return {"strategy": name, "draws": draws, "made": resampled[len(labels) :].tolist()}


def danger(neighbours=10):
    around = NearestNeighbors(n_neighbors=neighbours + 1).fit(numbers).kneighbors(numbers[own], return_distance=False)
    others = (labels[around[:, 1:]] != rare).sum(axis=1)
    return own[(others >= neighbours / 2) & (others < neighbours)]


results = []
if numbers.shape[1] and not texts.shape[1]:
    results.append(
        over("smote", over_sampling.SMOTE(sampling_strategy=totals, random_state=seed), places(len(own)))
    )
    edge = danger()
    if len(edge):
        for kind in (1, 2):
            sampler = over_sampling.BorderlineSMOTE(
                sampling_strategy=totals, random_state=seed, kind=f"borderline-{kind}"
            )
            draws = places(len(edge))
            if kind == 2:
                nearest = NearestNeighbors(n_neighbors=6).fit(numbers).kneighbors(numbers[edge], return_distance=False)
                picks = numpy.floor(numpy.array(draws["row and neighbour"]) * len(edge) * 5).astype(int)
                strange = labels[nearest[:, 1:][picks // 5, picks % 5]] != rare
                half = numpy.zeros(new)
                half[strange] = numpy.random.RandomState(seed).uniform(0, 0.5, size=strange.sum()) * 2
                draws["half-way"] = half.tolist()
            results.append(over(f"borderline-smote-{kind}", sampler, draws))
    # ADASYN rounds how often each row is used; it is asked for what it then makes.
    resampled, _ = over_sampling.ADASYN(sampling_strategy=totals, random_state=seed).fit_resample(numbers, labels)
    made = resampled[len(labels) :]
    around = NearestNeighbors(n_neighbors=6).fit(numbers).kneighbors(numbers[own], return_distance=False)[:, 1:]
    ratios = (labels[around] != rare).sum(axis=1) / 5
    per_row = numpy.rint(ratios / ratios.sum() * new).astype(int)
    random = numpy.random.RandomState(seed)
    picks = random.choice(5, size=len(made))
    shares = random.uniform(size=(len(made), 1))[:, 0]
    results.append(
        {
            "strategy": "adasyn",
            "draws": {"neighbour": ((picks + 0.5) / 5).tolist(), "share": shares.tolist()},
            "made": made.tolist(),
            "perRow": per_row.tolist(),
        }
    )
    for name, sampler in {
        "near-miss-1": under_sampling.NearMiss(version=1),
        "near-miss-2": under_sampling.NearMiss(version=2),
        "near-miss-3": under_sampling.NearMiss(version=3),
        "tomek-links": under_sampling.TomekLinks(),
        "edited-nearest-neighbours": under_sampling.EditedNearestNeighbours(),
        "repeated-edited-nearest-neighbours": under_sampling.RepeatedEditedNearestNeighbours(),
        "all-knn": under_sampling.AllKNN(),
        "neighbourhood-cleaning": under_sampling.NeighbourhoodCleaningRule(),
        "one-sided-selection": under_sampling.OneSidedSelection(random_state=seed),
    }.items():
        _, left = sampler.fit_resample(numbers, labels)
        if name == "near-miss-3" and len(left) < len(names) * len(own):
            # It returned fewer rows than wanted; ours looks at more neighbours then.
            continue
        common = [label for label in numpy.unique(labels) if label != rare]
        random = numpy.random.RandomState(seed)
        first = {}
        for label in common:
            size = int((labels == label).sum())
            first[f"{names[label]}: first"] = [(int(random.randint(low=0, high=size, size=1)[0]) + 0.5) / size]
        results.append(
            {"strategy": name, "draws": first, "kept": numpy.sort(sampler.sample_indices_).tolist()}
        )
if numbers.shape[1] and texts.shape[1]:
    mixed = numpy.hstack([numbers.astype(object), texts])
    sampler = over_sampling.SMOTENC(
        list(range(numbers.shape[1], mixed.shape[1])), sampling_strategy=totals, random_state=seed
    )
    results.append(over("smotenc", sampler, places(len(own)), mixed))
if texts.shape[1]:
    picks = numpy.random.RandomState(seed).choice(numpy.arange(len(own)), size=new, replace=True)
    sampler = over_sampling.SMOTEN(sampling_strategy=totals, random_state=seed)
    results.append(over("smoten", sampler, {"row": ((picks + 0.5) / len(own)).tolist()}, texts))
json.dump(results, open(sys.argv[2], "w"))
