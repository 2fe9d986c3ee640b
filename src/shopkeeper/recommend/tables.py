"""The door to scipy's sparse tables and LAPACK. scipy ships no types, so what comes through here is `Any` to the type checker, on purpose."""

from typing import Any, TypeAlias

import scipy.linalg.lapack
from scipy import sparse

SparseTable: TypeAlias = Any
"""A `scipy.sparse.csr_array` or `csc_array`; docstrings say of what by what."""

lapack: Any = scipy.linalg.lapack


def csr(content: Any, shape: tuple[int, int] | None = None, dtype: Any = None) -> SparseTable:
    """A table stored by rows, from a table, a shape, or (values, (rows, columns)) with equal places summed."""
    return sparse.csr_array(content, shape=shape, dtype=dtype)


def csc(content: Any, shape: tuple[int, int] | None = None, dtype: Any = None) -> SparseTable:
    """A table stored by columns."""
    return sparse.csc_array(content, shape=shape, dtype=dtype)
