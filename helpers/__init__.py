"""Helpers of the course *Encrypt data with AWS KMS*."""
