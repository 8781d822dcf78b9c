"""Events from motion: steps, contacts, bouts, repetitions."""
