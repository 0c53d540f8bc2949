"""Estimates of what cannot be counted: intervals, laws, distributions of success rates."""
