"""A request arrives: `intake` takes it in, in four steps that are each read alone.

What was given and whether it can be answered (`given`), the rows that make it a request (`rows`),
the mail that is owed (`intake`, by `notify`), and all of it saved in one statement (`saving`).
"""
