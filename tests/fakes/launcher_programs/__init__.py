"""Stand-ins for the programs that `./care up` starts, as small as they can be while speaking at the same seams."""
