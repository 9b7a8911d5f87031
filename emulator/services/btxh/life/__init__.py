"""The ministry's side lives: citizens file, offices handle, results are issued, and the ministry changes its mind."""
