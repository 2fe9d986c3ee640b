"""Says in one line what is wrong with this Python, before anything is installed. Runs on any Python 3."""

import sys

if sys.version_info < (3, 11):
    sys.stderr.write(
        "Shopkeeper needs Python 3.11 or newer; this is Python %d.%d. Install it and run: make PYTHON=python3.11 demo\n" % sys.version_info[:2]
    )
    sys.exit(1)
try:
    import ensurepip  # noqa: F401 - only asked whether it is there
    import venv  # noqa: F401
except ImportError:
    sys.stderr.write("This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv\n")
    sys.exit(1)
