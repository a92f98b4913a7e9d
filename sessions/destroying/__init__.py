"""Destroying what must go: one note, everything written in an engagement; and the new epochs of keys that what stays is sealed under."""
