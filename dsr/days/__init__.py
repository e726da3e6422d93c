"""How a day and a time are said: as the organisation has them, in the reader's language."""
