"""The benchmark: figures of this repository beside what they are measured against, from this repository alone."""
