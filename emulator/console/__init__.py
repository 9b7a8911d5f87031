"""Pages for people under ``/__console``: templates over the admin API, entered when somebody first asks for one."""
