"""Repeated sampling: problems, records, engines, sandbox, estimators, figures.

The scripts one folder up are thin command lines over this package; each also runs alone.
"""
