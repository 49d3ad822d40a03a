"""Commands in processes of their own."""

import subprocess


def run(*command, code=0, **settings):
    """Run a command to its end and give what it wrote to stdout; any other exit code than ``code`` is an error."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **settings)
    assert done.returncode == code, f"{done.args}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout
