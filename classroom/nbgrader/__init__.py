"""nbgrader as the front desk: its gradebook, its exchange of files."""
