"""The capstone's clinic: its account, and what its checks look at, task by task."""
