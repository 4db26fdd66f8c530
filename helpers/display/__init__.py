"""What learners look at: tables, drawings, the decision explained."""
