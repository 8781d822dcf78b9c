"""The accuracy study: recordings with truth in, figures for every condition and group out."""
