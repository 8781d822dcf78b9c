"""What stands in the way of recording, and the one thing that mends each. Nothing is changed.

`findings` holds everything that can be said; a check yields `Finding`s; `examination` runs CHECKS.
"""
