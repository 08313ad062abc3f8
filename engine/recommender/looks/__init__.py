"""Closer looks: one question each, none needs another."""
