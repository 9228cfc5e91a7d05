"""The book: one reading of the whole line, and the pages made from it. It knows the line; no request comes in here."""
