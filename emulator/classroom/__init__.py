"""A class: a sandbox for each person in a room, lessons as data, and what a trainer sees and does."""
