"""What it means: pure Polars and NumPy, minutes to days to weeks to score."""
