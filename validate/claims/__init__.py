"""Claims of the papers, one package for each paper."""
