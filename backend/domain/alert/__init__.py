"""The alert: raised by an event, answered by a person, closed by a person."""
