"""Everything that can be done with an appointment. Each verb is one transaction; see the modules for how."""

from bookings.actions.leaving import cancel, release_lapsed
from bookings.actions.moving import move, reassign, swap
from bookings.actions.rooming import assign_room, check_in
from bookings.actions.taking import book, confirm_hold, hold, walk_in
from bookings.actions.treating import start
from bookings.actions.undoing import undo
from bookings.actions.visiting import arrive, confirm, fulfil, mark_entered_in_error, mark_noshow

__all__ = [
    "arrive",
    "assign_room",
    "book",
    "cancel",
    "check_in",
    "confirm",
    "confirm_hold",
    "fulfil",
    "hold",
    "mark_entered_in_error",
    "mark_noshow",
    "move",
    "reassign",
    "release_lapsed",
    "start",
    "swap",
    "undo",
    "walk_in",
]
