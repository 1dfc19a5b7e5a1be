"""What to do in a world: goals as data and in words, made by the thousand, proven, and split by what is in them.

goals      the schema of a task            compile    tasks to the records that the engine judges
words      goal to sentence and back       files      JSON Lines, one task a line
generate   tasks by the thousand           splits     which are for training, validation and testing
prove      that a task can be done         show       what tasks look like
"""
