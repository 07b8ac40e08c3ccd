"""Spreadsheets that people send in and take away: rows by heading, whatever the file format, and a report per row."""
