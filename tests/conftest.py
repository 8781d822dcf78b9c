"""Hypothesis without a deadline: no test asserts how long it takes."""

from hypothesis import settings

settings.register_profile("legload", deadline=None)
settings.load_profile("legload")
