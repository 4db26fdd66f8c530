"""What instructor and students read.

``report``: marks.csv, the class report, and everybody's page in a folder.
``feedback``: one student's page.
``likeness``: answers that share a long passage, for the class report.
``html``: the parts that pages are made of.
"""
