"""Opens one untrusted file in a process of its own: `__main__` is that process.

Nothing here imports Django or anything else of ours: the process has no settings and no secrets.
"""
