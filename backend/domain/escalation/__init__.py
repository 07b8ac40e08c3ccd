"""Who is told of an alert, in which order, until somebody has it."""
