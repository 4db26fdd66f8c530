"""What an answer is worth.

``worker``: one submission, from its file to its result, in a process of its own.
``marking``: its notebook run from top to bottom, and each check asked where it stands.
``verdicts``: what a check says, on its way into a result.
``aside``: a copy of this process, in which a check may do what it likes.
``criteria``: the instructor's hidden criteria; ``sample_criteria`` is a file of them to copy.
"""
