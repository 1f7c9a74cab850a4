"""The director of a drill: plays the scenario and drives the vehicles, through the doors that reality uses.

- `running`: the loop, on the drill's clock
- `performance`: which steps are due, and that each is played once, also when the director died in between
- `stage`: how a step is brought about
"""

from workers.director.running import run

__all__ = ["run"]
