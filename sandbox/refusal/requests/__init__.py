"""The way in: what a request is, who signed it, and whether it can be read."""
