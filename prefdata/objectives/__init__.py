"""What counts how much: weights of dimensions, the labels they give, and the fronts between them."""
