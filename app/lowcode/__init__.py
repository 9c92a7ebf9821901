"""The kernel: what turns a declaration into a working screen."""
