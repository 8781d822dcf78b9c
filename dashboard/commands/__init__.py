"""One module a family of commands. Heavy rooms are imported inside the commands that need them."""
