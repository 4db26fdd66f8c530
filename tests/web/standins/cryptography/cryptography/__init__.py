"""A stand-in for the ``cryptography`` library, for tests of the site and for nothing else.

The genuine library for a browser is published where a test cannot fetch it. This one is pure
Python, slow and not constant in time. It does AES-GCM, RSA keys and RSA-OAEP; whatever else moto
and the sandbox import has its name here, and says when it is used that it is not.
"""

__version__ = "47.0.0"
