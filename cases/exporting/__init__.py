"""A list as a file: the rows, the order and the columns of its page, all pages, for the same account."""
