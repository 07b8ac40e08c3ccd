"""Figures for people: the shares, and the rows behind each."""
