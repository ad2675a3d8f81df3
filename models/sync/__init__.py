"""Batches: the pure format and the pure merge. The format is written down in FORMAT.md."""
