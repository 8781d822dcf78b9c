"""Have the computer's own timer run a command every week: systemd, launchd or Task Scheduler."""
