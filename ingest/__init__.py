"""How it reaches the disk: scan, pair, stream, record, import, and the store."""
