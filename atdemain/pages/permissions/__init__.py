"""« Qui peut quoi »: the permission table, read by the administrator's page and asked row by row by the tests."""
