"""Reads the table of a benchmark and says what its columns are, as our own reader does."""

import pandas as pd


def read_table(path):
    """Empty cells are missing; every other text is a value."""
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def column_types(table, least_distinct=11):
    """A numeric column with more than ten values is numerical, every other one categorical."""
    numeric = {
        name: pd.api.types.is_numeric_dtype(column) and column.nunique() >= least_distinct
        for name, column in table.items()
    }
    return {name: {"sdtype": "numerical" if yes else "categorical"} for name, yes in numeric.items()}


def sdv_metadata(table):
    from sdv.metadata import Metadata

    return Metadata.load_from_dict({"tables": {"table": {"columns": column_types(table)}}})


def only_table(result):
    """SDV 2 answers with {name: DataFrame}."""
    return next(iter(result.values())) if isinstance(result, dict) else result
