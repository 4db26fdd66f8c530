"""What every padding is."""


class AsymmetricPadding:
    """The base of paddings."""
