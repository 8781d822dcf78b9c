"""The tests, and what several of them share: simulated time, a foot pod, a mock of BlueZ."""
