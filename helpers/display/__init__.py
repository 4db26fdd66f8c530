"""What learners look at: tables, the decision explained, the architecture picture."""
