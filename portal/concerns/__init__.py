"""The committee's answers to published concerns."""
