"""What the counts answer beyond pass@k: one module an analysis, pure functions of tables."""
