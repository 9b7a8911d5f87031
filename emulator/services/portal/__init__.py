"""The National Public Service Portal: mapi, papers, Kho DL."""
