"""What is shown to people: numbers and figures as plain data, then HTML."""
