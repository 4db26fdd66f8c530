"""The way out: a sandbox over HTTP on the loopback address."""
