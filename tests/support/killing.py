"""SIGKILL to a launcher and to all that it has launched: workers are in sessions of their own and would go on."""

import psutil


def kill_all(pid):
    parent = psutil.Process(pid)
    workers = parent.children(recursive=True)
    for process in (parent, *workers):
        process.kill()
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert not alive
