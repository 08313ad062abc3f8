"""The YouTube DNN: candidate generation → ranking, in a simulated video site."""
