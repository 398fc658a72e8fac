"""Physics steps per CPU second of MuJoCo on one thread, as JSON by solver setting.

usage: mujoco_bench.py MODEL.xml [--substeps 4] [--sigma 0.25] [--seconds 1] [--core N] [--starts '[[x, y, z], ...]']

Simulations chase random joint targets around the model's nominal keyframe, new ones every control tick, and start afresh
after a fall. Friction cones are pyramidal; names are solver_iterations_linesearch.
"""
import argparse
import json
import os
import time

import mujoco
import numpy as np
from mujoco.batch import Batch

SETTINGS = {
    "newton_10_20": (mujoco.mjtSolver.mjSOL_NEWTON, 10, 20),
    "newton_4_10": (mujoco.mjtSolver.mjSOL_NEWTON, 4, 10),
    "newton_1_5": (mujoco.mjtSolver.mjSOL_NEWTON, 1, 5),
    "cg_4_10": (mujoco.mjtSolver.mjSOL_CG, 4, 10),
    "pgs_4_10": (mujoco.mjtSolver.mjSOL_PGS, 4, 10),
}
SIMULATIONS = 64


def measure(model, substeps, sigma, seconds, starts):
    batch = Batch(model, SIMULATIONS, 1)
    batch.reset(keyframe=0)
    qpos, ctrl, state = batch.bind("qpos"), batch.bind("ctrl"), batch.state
    for i in range(SIMULATIONS if starts else 0):
        qpos[i, :3] = starts[i % len(starts)]
    start, nominal = state.copy(), model.key_qpos[0, 7:].copy()
    assert np.allclose(start[:, 1 : 1 + model.nq], qpos), "positions are not where they were looked for"
    rng = np.random.default_rng(0)
    noise = sigma * rng.standard_normal((97, SIMULATIONS, model.nu))
    for warm in (True, False):
        ticks, begin = 0, time.process_time()
        while True:
            ctrl[:] = nominal + noise[ticks % len(noise)]
            batch.step(nstep=substeps)
            fallen = ~(qpos[:, 2] > 0.5 * model.key_qpos[0, 2])
            state[fallen] = start[fallen]
            ticks += 1
            spent = time.process_time() - begin
            if spent > (0.3 if warm else seconds):
                break
    assert np.mean(qpos[:, 2]) > 0.6 * model.key_qpos[0, 2], "the robots do not stand"
    return ticks * substeps * SIMULATIONS / spent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--substeps", type=int, default=4)
    parser.add_argument("--sigma", type=float, default=0.25)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--core", type=int)
    parser.add_argument("--starts", type=json.loads, default=[])
    args = parser.parse_args()
    if args.core is not None:
        os.sched_setaffinity(0, {args.core})
    model = mujoco.MjModel.from_xml_path(args.model)
    model.opt.cone = mujoco.mjtCone.mjCONE_PYRAMIDAL
    model.opt.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    results = {}
    for name, (solver, iterations, line_search) in SETTINGS.items():
        model.opt.solver, model.opt.iterations, model.opt.ls_iterations = solver, iterations, line_search
        results[name] = measure(model, args.substeps, args.sigma, args.seconds, args.starts)
    print(json.dumps(results))


main()
