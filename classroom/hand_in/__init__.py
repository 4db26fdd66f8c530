"""What students hand in, and what they were handed out."""
