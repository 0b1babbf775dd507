"""Models that somebody brings along: a file is checked, read in a process of its own, and becomes an ordinary run.

Nothing of the file is used afterwards but our own description of its network (model.networks) and its weights.
"""
