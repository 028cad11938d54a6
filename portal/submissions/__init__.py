"""Accepting sealed comments, answering receipts, and shuffling what waits into the log."""
