"""Sharing the pages beyond this computer: who is let in, and what each one may see."""
