"""Cold starts, warm requests and sizes of the Catalog API beside other ways to write its handler."""
