"""MuJoCo on the processor, all threads: its `Batch` where this version has it, else `rollout`."""
try:
    import mujoco
    import numpy as np
except ImportError as error:
    missing(f"not installed: {error}")

SOLVER = mujoco.mjtSolver
CHOICES = [
    ("PGS, 4 iterations", "fast", SOLVER.mjSOL_PGS, 4, 10),
    ("Newton, 1 iteration, 5 of the line search", "fast", SOLVER.mjSOL_NEWTON, 1, 5),
    ("Newton, 10 iterations, 20 of the line search", "accurate", SOLVER.mjSOL_NEWTON, 10, 20),
]
COUNT, THREADS, SUBSTEPS = SETTINGS["envs"], SETTINGS["threads"], SETTINGS["substeps"]
# ticks between looks at who fell, for `rollout`
STRETCH = 25


class WithBatch:
    """Copies of a model, stepped by `mujoco.batch`."""

    how, stretch = "Batch", 1

    def __init__(self, model):
        from mujoco.batch import Batch

        self.batch = Batch(model, COUNT, THREADS)
        self.batch.reset(keyframe=0)
        self.qpos, self.ctrl, self.state = self.batch.bind("qpos"), self.batch.bind("ctrl"), self.batch.state
        self.qpos[:, :3] = starts_of(model, COUNT)
        self.start = self.state.copy()

    def steps(self, controls):
        self.ctrl[:] = controls[0]
        self.batch.step(nstep=SUBSTEPS)
        fallen = ~(self.qpos[:, 2] > LOW)
        self.state[fallen] = self.start[fallen]

    def heights(self):
        return self.qpos[:, 2]


class WithRollout:
    """The same by `mujoco.rollout`, which is told some ticks at a time."""

    how, stretch = "rollout", STRETCH

    def __init__(self, model):
        from mujoco import rollout

        self.model, self.pool = model, rollout.Rollout(nthread=THREADS)
        self.data = [mujoco.MjData(model) for _ in range(THREADS)]
        full = mujoco.mjtState.mjSTATE_FULLPHYSICS
        mujoco.mj_resetDataKeyframe(model, self.data[0], 0)
        one = np.zeros(mujoco.mj_stateSize(model, full))
        mujoco.mj_getState(model, self.data[0], one, full)
        self.state = np.tile(one, (COUNT, 1))
        # time comes first
        self.state[:, 1:4] = starts_of(model, COUNT)
        self.start = self.state.copy()

    def steps(self, controls):
        controls = np.repeat(np.swapaxes(controls, 0, 1), SUBSTEPS, axis=1)
        states, _ = self.pool.rollout(self.model, self.data, self.state, controls)
        self.state = states[:, -1].copy()
        fallen = ~(self.heights() > LOW)
        self.state[fallen] = self.start[fallen]

    def heights(self):
        return self.state[:, 3]


def measure(model, seconds):
    try:
        robots = WithBatch(model)
    except ImportError:
        robots = WithRollout(model)
    rng = np.random.default_rng(0)
    nominal = model.key_qpos[0, 7:]
    # ticks x simulations x joints, used in turn
    targets = nominal + SETTINGS["sigma"] * rng.standard_normal((2 * STRETCH, COUNT, model.nu))
    turn = [0]

    def run():
        begin = turn[0] % (len(targets) - robots.stretch + 1)
        robots.steps(targets[begin : begin + robots.stretch])
        turn[0] += robots.stretch

    rate = timed(run, seconds) * robots.stretch * SUBSTEPS * COUNT
    assert np.mean(robots.heights()) > 1.2 * LOW, "the robots do not stand"
    return robots.how, rate


model = mujoco.MjModel.from_xml_path(SETTINGS["model"])
model.opt.cone = mujoco.mjtCone.mjCONE_PYRAMIDAL
model.opt.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
LOW = 0.5 * model.key_qpos[0, 2]
results = []
for setting, kind, solver, iterations, search in CHOICES:
    model.opt.solver, model.opt.iterations, model.opt.ls_iterations = solver, iterations, search
    how, rate = measure(model, SETTINGS["seconds"])
    results.append({"kind": kind, "setting": f"{setting}, {how}", "envs": COUNT, "rate": rate})
answer(versions=versions("mujoco"), device=f"{THREADS} threads", results=results)
