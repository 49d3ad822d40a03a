"""``python -m ganfw`` is ``ganfw``; launchers start it this way."""

from ganfw.cli.main import main

if __name__ == "__main__":
    main()
