"""Faults between the verbs and their services, planned by a seed, and what must hold after each of them (invariants I1 to I7)."""
