"""Backup and restore: two archives apart, neither of which opens anything alone."""
