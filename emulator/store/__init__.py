"""The only room that touches a database: what happened, in SQL."""
