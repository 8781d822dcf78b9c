"""The parts of the facade `Data`, each by what it is about."""
