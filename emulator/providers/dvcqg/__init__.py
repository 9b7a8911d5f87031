"""The national portal: ``mapi``, the papers service, Kho DL (KDL; facts-platforms §1)."""
