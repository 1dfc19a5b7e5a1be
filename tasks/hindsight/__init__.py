"""Goals found in hindsight: what a rollout reached, proposed as a goal and composed into tasks."""
