"""What all peers share: the settings they get, and how they answer. Put before every peer's script.

usage: PEER.py SETTINGS.json

The settings: `model` (path of an MJCF file), `envs`, `substeps` (physics steps per control tick), `sigma` (spread of the joint
targets, rad), `seconds` (length of a measurement), `threads`, `starts` (places of the base, m), and for trainers `training`.
The answer is one line of JSON behind MARK; everything else on stdout is chatter.
"""
import json
import os
import sys
import time
from importlib import metadata

MARK = "gaitlab-peer: "
with open(sys.argv[1], encoding="utf-8") as _file:
    SETTINGS = json.load(_file)
# to try a peer where it has no GPU, in a size that its processor back end bears
ANY_DEVICE = bool(os.environ.get("GAITLAB_PEERS_ANY_DEVICE"))


def answer(**what):
    print("\n" + MARK + json.dumps(what), flush=True)


def missing(reason):
    """This peer cannot run here, and that is no error: `in short: the reason`."""
    answer(missing=reason)
    sys.exit(0)


def versions(*names):
    return {name: metadata.version(name) for name in names}


def timed(run, seconds, wait=lambda: None):
    """Calls per second of `run`, over about so many seconds after a warm-up; `wait` returns when all work is done."""
    for _ in range(3):
        run()
    wait()
    calls, begin = 0, time.perf_counter()
    while True:
        # work on a GPU is only asked for: some of it at a time, so that the clock is looked at when it is done
        for _ in range(10):
            run()
        calls += 10
        wait()
        spent = time.perf_counter() - begin
        if spent > seconds:
            return calls / spent


def starts_of(model, count):
    """Positions of the base, `[simulation, 3]`, where robots start."""
    import numpy as np

    places = np.array(SETTINGS["starts"] or [model.key_qpos[0, :3]])
    return places[np.arange(count) % len(places)]
