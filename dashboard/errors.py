"""The base of every error this room raises."""


class DashboardError(Exception):
    """What is wrong, where, and what to do next, in one sentence each."""

    def __init__(self, problem: str, advice: str = "") -> None:
        super().__init__(f"{problem} {advice}".strip())
        self.problem = problem
        self.advice = advice
