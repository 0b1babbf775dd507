"""What the Makefile calls: the environment, the checks, the lock file, a browser for the tests."""
