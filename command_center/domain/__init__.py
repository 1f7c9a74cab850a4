"""Floor 1: the rules of dispatching in plain Python. No database, no clock, no network; time and state come in as arguments."""
