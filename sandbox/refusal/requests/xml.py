"""Texts in XML."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

#: What XML 1.0 cannot hold, not even escaped.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(text: str) -> str:
    """A text as the content of an element; what XML cannot hold is replaced."""
    return escape(_NO_XML.sub("\ufffd", text))
