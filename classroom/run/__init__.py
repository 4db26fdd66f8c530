"""Where answers run: a limited process of their own."""
