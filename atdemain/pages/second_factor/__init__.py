"""The second factor's pages, and the gate that no address of the site goes round."""
