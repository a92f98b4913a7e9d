"""Whom a coach keeps out of what goes out: people marked in notes, names said to be another person's, words of her own list."""
