"""The street emergency command centre: see docs/ARCHITECTURE.md for the house and its floors."""
