"""`up`: one small process that starts the others, keeps them running and takes them all down again.

It imports the standard library and the embedded Valkey only; whatever needs the database happens in children. Children die with it,
even by SIGKILL, so a next run always finds a free field.
"""
