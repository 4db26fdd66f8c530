"""The course's content: a folder for each notebook, and what their authors share."""
