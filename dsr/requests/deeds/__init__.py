"""Everything that can be done to a request: one declaration beside one service, a module a subject.

A deed is declared with ``@deed`` on the function that does it. The staff pages, their forms and
addresses, both histories, the drawing and the question what can be done now read that declaration;
none of them lists deeds again. Rooms above register deeds and preconditions of their own the same
way, from the ``ready()`` of their app.
"""
