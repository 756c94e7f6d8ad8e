"""Change rules, cut-offs and published figures one at a time; every change must fail a test.

Run as ``python tests/mutation/mutate.py``; ``--help`` lists the options. Results are written to
``local/mutation.json``.
"""

import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[2])
    sys.exit(importlib.import_module("tests.mutation.run").main())
