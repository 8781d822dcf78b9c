"""The script that Streamlit runs. Keep it thin: its folder is on `sys.path`.

The heavy imports stand first and here, because several browser sessions that open together right
after the start would else meet half-imported modules.
"""

# ruff: noqa: F401
import altair
import numpy
import pandas  # type: ignore[import-untyped]
import polars
import pyarrow

from dashboard import shell

shell.run()
