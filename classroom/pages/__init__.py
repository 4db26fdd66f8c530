"""What instructor and students read: marks.csv, feedback, the class report."""
