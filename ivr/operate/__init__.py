"""What an operator does with the line: set up its number, see that it works, learn how it is used."""
