"""The door to scipy's sparse tables and LAPACK. scipy ships no types, so what comes through here is `Any` to the type checker, on purpose.

It is imported at the first table: fitting needs it, a server that only reads the fitted rows does not (a tenth of a second of its start).
"""

from functools import cache
from typing import Any, TypeAlias

SparseTable: TypeAlias = Any
"""A `scipy.sparse.csr_array` or `csc_array`; docstrings say of what by what."""


@cache
def lapack() -> Any:
    """LAPACK's routines by their own names."""
    import scipy.linalg.lapack

    return scipy.linalg.lapack


def csr(content: Any, shape: tuple[int, int] | None = None, dtype: Any = None) -> SparseTable:
    """A table stored by rows, from a table, a shape, or (values, (rows, columns)) with equal places summed."""
    from scipy import sparse

    return sparse.csr_array(content, shape=shape, dtype=dtype)


def csc(content: Any, shape: tuple[int, int] | None = None, dtype: Any = None) -> SparseTable:
    """A table stored by columns."""
    from scipy import sparse

    return sparse.csc_array(content, shape=shape, dtype=dtype)
