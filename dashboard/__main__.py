"""`python -P -m dashboard` is `legload`, for child processes."""

from dashboard.cli import main

if __name__ == "__main__":
    main()
