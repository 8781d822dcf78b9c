"""Everything a person touches: the command line, the pages, the reports."""
