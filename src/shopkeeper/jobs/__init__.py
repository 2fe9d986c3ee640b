"""The offline way: from what is stored to what is served. index -> fit -> evaluate -> publish, each step a file."""

from shopkeeper.jobs.pipeline import OfflineJobs

__all__ = ["OfflineJobs"]
