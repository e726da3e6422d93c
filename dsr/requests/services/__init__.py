"""The deeds: one function each, one transaction each. Every door calls these and nothing else."""
