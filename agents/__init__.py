"""The players' floor: people at a window, scripted experts, policies that learn, and how they are measured."""
