"""All tasks of dm_control's suite and manipulation, with an instruction for each, which dm_control does not have.

The names are dm_control's with hyphens: ("cartpole", "swingup") is control/cartpole-swingup, and
"stack_2_bricks_features" is arm/stack-2-bricks (the _vision variants are the same tasks seen otherwise).
"""

CONTROL = {
    ("acrobot", "swingup"): "swing the two links up and keep them upright",
    ("acrobot", "swingup_sparse"): "swing the two links up and keep them at the top",
    ("ball_in_cup", "catch"): "swing the ball up and catch it in the cup",
    ("cartpole", "balance"): "keep the pole upright in the middle",
    ("cartpole", "balance_sparse"): "do not let the pole fall, stay in the middle",
    ("cartpole", "swingup"): "swing the pole up and keep it upright",
    ("cartpole", "swingup_sparse"): "swing the pole up and hold it still at the top",
    ("cartpole", "two_poles"): "swing both poles up and keep them upright",
    ("cartpole", "three_poles"): "swing all three poles up and keep them upright",
    ("cheetah", "run"): "run forward as fast as you can",
    ("dog", "stand"): "stand up and stay standing",
    ("dog", "walk"): "stand up and walk",
    ("dog", "trot"): "stand up and trot",
    ("dog", "run"): "stand up and run",
    ("dog", "fetch"): "run to the ball and bring it to the target",
    ("finger", "spin"): "push the body so that it keeps spinning",
    ("finger", "turn_easy"): "turn the body so that its tip is in the target",
    ("finger", "turn_hard"): "turn the body until its tip is in the small target",
    ("fish", "upright"): "turn upright in the water",
    ("fish", "swim"): "swim to the target with your nose",
    ("hopper", "stand"): "stand up on your one leg",
    ("hopper", "hop"): "hop forward",
    ("humanoid", "stand"): "stand up and stay standing",
    ("humanoid", "walk"): "stand up and walk",
    ("humanoid", "run"): "stand up and run",
    ("humanoid", "run_pure_state"): "get up and run",
    ("humanoid_CMU", "stand"): "stand up and stay standing",
    ("humanoid_CMU", "walk"): "stand up and walk",
    ("humanoid_CMU", "run"): "stand up and run",
    ("lqr", "lqr_2_1"): "bring both masses to rest with little force",
    ("lqr", "lqr_6_2"): "bring all six masses to rest with little force",
    ("manipulator", "bring_ball"): "bring the ball to the target",
    ("manipulator", "bring_peg"): "bring the peg to the target",
    ("manipulator", "insert_ball"): "put the ball into the basket",
    ("manipulator", "insert_peg"): "put the peg into the slot",
    ("pendulum", "swingup"): "swing the pendulum up and keep it upright",
    ("point_mass", "easy"): "move the point onto the target and stay there",
    ("point_mass", "hard"): "move the point onto the target, whichever way it is pulled",
    ("quadruped", "walk"): "walk forward",
    ("quadruped", "run"): "run forward",
    ("quadruped", "escape"): "get out of the bowl, away from its middle",
    ("quadruped", "fetch"): "push the ball to the target",
    ("reacher", "easy"): "reach the target with the tip of the arm",
    ("reacher", "hard"): "reach the small target with the tip of the arm",
    ("stacker", "stack_2"): "stack the two boxes at the target",
    ("stacker", "stack_4"): "stack the four boxes at the target",
    ("swimmer", "swimmer6"): "swim to the target with your nose",
    ("swimmer", "swimmer15"): "swim your long body to the target",
    ("walker", "stand"): "stand up and stay standing",
    ("walker", "walk"): "walk forward",
    ("walker", "run"): "run forward",
}

ARM = {
    "stack_2_bricks": "stack the two bricks",
    "stack_2_bricks_moveable_base": "stack the two loose bricks",
    "stack_3_bricks": "stack the three bricks as shown",
    "stack_3_bricks_random_order": "stack the three bricks in the order shown",
    "stack_2_of_3_bricks_random_order": "stack the two bricks that are shown",
    "reassemble_3_bricks_fixed_order": "take the stack apart and turn its order round",
    "reassemble_5_bricks_random_order": "take the stack apart and build the one shown",
    "lift_brick": "lift the brick",
    "lift_large_box": "lift the large box",
    "place_brick": "put the brick onto the pedestal",
    "place_cradle": "put the object onto the cradle",
    "reach_duplo": "touch the brick with the hand",
    "reach_site": "bring the hand to the ball of light",
}


def hyphened(*names: str) -> str:
    """The name of a world for dm_control's names: "ball-in-cup-catch" for ("ball_in_cup", "catch")."""
    return "-".join(names).replace("_", "-").lower()
