"""Where candidates run: protocol and wire (plain data), isolation (kernel), fork server, runner,
pool."""
