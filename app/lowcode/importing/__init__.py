"""Reading the files people bring, and guessing which column is which field."""
