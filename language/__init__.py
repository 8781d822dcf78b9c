"""What is said, in the language of whoever reads it. Every room may import this one."""
