"""The deeds of the staff: one class, one form and one address for each."""
