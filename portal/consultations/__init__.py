"""Consultations: what is asked, of whom, when, under which taxonomy and rules."""
