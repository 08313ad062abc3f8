"""A log that does not fit: from files of any size to a log of whole users that the page takes."""
