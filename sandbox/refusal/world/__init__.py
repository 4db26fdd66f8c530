"""What a sandbox has of its own: its clock, its randomness, its environment variables."""
