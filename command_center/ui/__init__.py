"""Floor 4, the screens: one Dash application whose pages read the live board and give orders by calling one verb."""
