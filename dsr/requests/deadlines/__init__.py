"""The deadlines of a request: which begin, what their dates are, and who is reminded of them."""
