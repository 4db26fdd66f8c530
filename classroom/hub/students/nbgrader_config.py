"""nbgrader's settings for a student on the hub: where assignments are, and who hands in."""

import os

c = get_config()  # noqa: F821 - nbgrader defines it where it reads this file

c.CourseDirectory.course_id = "encrypt-data-with-aws-kms"
c.Exchange.root = os.environ["NBGRADER_EXCHANGE"]
c.Exchange.timezone = "UTC"
# The hub's name for the student, also where all servers run as one user of the machine.
c.CourseDirectory.student_id = os.environ.get("JUPYTERHUB_USER", "*")
