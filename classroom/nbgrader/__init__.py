"""nbgrader as the front desk: it collects and hands back, and runs nothing of a submission.

``gradebook``: its steps of marking: what is handed in made readable, marks and comments put in.
``exchange``: what comes in from a learning platform; feedback, and the table of marks.
"""
