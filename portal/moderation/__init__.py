"""Moderators' work: the queue of sealed comments and the codings that come back from the browser."""
