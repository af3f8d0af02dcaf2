"""The table of imbalanced.ts: every number is a hash of its place."""

import numpy

FACTORS = 6
WIDTH = 20


def _uniform(row, stream):
    h = row * numpy.uint32(0x9E3779B1) ^ numpy.uint32((stream + 1) * 0x85EBCA6B & 0xFFFFFFFF)
    h = (h ^ (h >> numpy.uint32(16))) * numpy.uint32(0x85EBCA6B)
    h = (h ^ (h >> numpy.uint32(13))) * numpy.uint32(0xC2B2AE35)
    return (h ^ (h >> numpy.uint32(16))) / 2.0**32


def _nearly_normal(row, stream):
    return (sum(_uniform(row, 4 * stream + part) for part in range(4)) - 2) * numpy.sqrt(3)


def imbalanced_rows(count):
    """Numbers [count, 20] and labels 0 and 1."""
    row = numpy.arange(count, dtype=numpy.uint32)
    labels = (_uniform(row, 1000) < 0.05).astype(int)
    factors = [_nearly_normal(row, WIDTH + factor) for factor in range(FACTORS)]
    rows = numpy.empty((count, WIDTH))
    for column in range(WIDTH):
        rows[:, column] = 0.8 * factors[column % FACTORS] + 0.6 * _nearly_normal(row, column)
        if column < 5:
            rows[:, column] += labels
    return rows, labels
