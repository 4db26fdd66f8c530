"""What students hand in, and what they were handed out.

``submissions``: where submitted files lie, in a folder or a zip, and whose each is.
``official``: the notebooks that were handed out, as their code cells, and what these import.
``notebook``: a submitted notebook held beside the official one: what in it is the student's own.
"""
