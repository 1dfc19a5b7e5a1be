"""The door: one action space and one observation space, and the Gymnasium and PettingZoo environments that every world
shares."""
