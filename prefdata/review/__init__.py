"""What people should look at first, and how their answers come back."""
