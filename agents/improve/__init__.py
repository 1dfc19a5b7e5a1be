"""The improvement loop: agents that set themselves tasks, judge themselves, learn, and are audited by ground truth.

contracts.py says what a setter, a judge and a learner are; loop.py is the loop, and the only file that knows all three.
"""
