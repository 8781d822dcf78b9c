"""Reports by e-mail, through a mail server of one's own: only where somebody set it up."""
