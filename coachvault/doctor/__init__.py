"""`manage.py doctor`: each thing the instance needs, good, or the exact command that cures it."""
