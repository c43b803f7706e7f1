"""What judges are worth, learned from gold labels: curves, weights, how far both hold, and the file of it all."""
