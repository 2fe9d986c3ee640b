"""The command line: one file per verb. Heavy modules are imported inside a verb, so that `--help` answers at once."""

from shopkeeper.cli.main import run

__all__ = ["run"]
