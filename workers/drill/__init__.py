"""The drill: simulated vehicles, crews, callers and an officer that make a demo centre live, through the doors that real ones use.

- `running`: one turn a second: read the board, let everyone act, send what they did
- `line`: the HTTP edge: the board and its stream in, positions and orders out
- `exercise`: everyone together; pure: the time and the board go in, fixes and orders come out
- `crews`: what a crew does about its orders and in between
- `vehicles`: where a vehicle is, how it moves, what its battery does; `driving` is the way it takes
- `callers`: who rings when and about what; `sayings` are their words
- `officer`: the officer of simulated incidents that no person took
- `orders`: what all of them ask the centre to do
- `habits`: every number of the above
"""

from workers.drill.running import run

__all__ = ["run"]
