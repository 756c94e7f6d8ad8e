"""Reading and writing files of other systems."""
