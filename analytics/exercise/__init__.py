"""Strength exercise from motion: repetitions, sets and their kind."""
