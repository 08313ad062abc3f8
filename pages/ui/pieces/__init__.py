"""Pieces that pages are put together of."""
