"""`python -m shopkeeper` and the `shopkeeper` command: the one place where an error becomes a line on the terminal."""

import sys


def main() -> int:
    """Run the command line; returns the exit code: 0 done, 1 failed, 2 unusable input, 130 interrupted."""
    if sys.version_info < (3, 11):  # noqa: UP036 - run from a checkout with an older Python, pip had no chance to refuse
        sys.stderr.write("shopkeeper needs Python 3.11 or newer; this is Python {}.{}.\n".format(*sys.version_info[:2]))
        return 2
    from shopkeeper.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
