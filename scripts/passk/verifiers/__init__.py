"""How a sample is judged: one file a verifier."""
