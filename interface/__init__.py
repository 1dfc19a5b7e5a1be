"""The door: one action, one observation, and the Gymnasium and PettingZoo faces that every world shares."""
