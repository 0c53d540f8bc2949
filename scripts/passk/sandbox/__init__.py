"""Where candidates run: wire (plain data), confine (the kernel's fences), zygote, runner."""
