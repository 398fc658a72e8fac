"""MuJoCo Warp on a GPU: physics steps recorded once as a CUDA graph."""
try:
    import mujoco
    import mujoco_warp
    import numpy as np
    import warp as wp
except ImportError as error:
    missing(f"not installed: {error}")

wp.config.quiet = True
wp.init()
HAS_GPU = wp.get_cuda_device_count() > 0
if not (HAS_GPU or ANY_DEVICE):
    missing("no GPU: mujoco_warp is installed, but Warp finds no CUDA device")

CHOICES = [
    ("Newton, 1 iteration, 5 of the line search", "fast", 1, 5),
    ("Newton, 10 iterations, 20 of the line search", "accurate", 10, 20),
]
SUBSTEPS, SETS = SETTINGS["substeps"], 16


@wp.kernel
def renew_fallen(
    low: float,
    start: wp.array2d(dtype=float),
    qpos: wp.array2d(dtype=float),
    qvel: wp.array2d(dtype=float),
    warmstart: wp.array2d(dtype=float),
):
    world = wp.tid()
    if not (qpos[world, 2] > low):
        for i in range(qpos.shape[1]):
            qpos[world, i] = start[world, i]
        for i in range(qvel.shape[1]):
            qvel[world, i] = 0.0
            warmstart[world, i] = 0.0


def measure(model, count, seconds):
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    mujoco.mj_forward(model, data)
    # room for every contact the robot can have with the ground, and some more
    contacts = max(16, model.ngeom)
    theirs = mujoco_warp.put_model(model)
    if hasattr(theirs.opt, "warn_overflow"):
        # few iterations are meant: without words about each of them
        theirs.opt.warn_overflow = 0
    worlds = mujoco_warp.put_data(model, data, nworld=count, nconmax=contacts, njmax=4 * contacts + 2 * model.nv)
    start = np.tile(model.key_qpos[0], (count, 1)).astype(np.float32)
    start[:, :3] = starts_of(model, count)
    start = wp.array(start, dtype=float)
    wp.copy(worlds.qpos, start)
    rng = np.random.default_rng(0)
    nominal = model.key_qpos[0, 7:]
    noise = rng.standard_normal((SETS, count, model.nu)) * SETTINGS["sigma"]
    targets = [wp.array((nominal + one).astype(np.float32), dtype=float) for one in noise]
    low = 0.5 * float(model.key_qpos[0, 2])

    def tick():
        for _ in range(SUBSTEPS):
            mujoco_warp.step(theirs, worlds)
        wp.launch(renew_fallen, dim=count, inputs=[low, start], outputs=[worlds.qpos, worlds.qvel, worlds.qacc_warmstart])

    tick()
    graph = None
    if HAS_GPU:
        with wp.ScopedCapture() as capture:
            tick()
        graph = capture.graph
    turn = [0]

    def run():
        wp.copy(worlds.ctrl, targets[turn[0] % SETS])
        turn[0] += 1
        wp.capture_launch(graph) if graph else tick()

    rate = timed(run, seconds, wp.synchronize) * SUBSTEPS * count
    assert np.mean(worlds.qpos.numpy()[:, 2]) > 1.2 * low, "the robots do not stand"
    return rate


model = mujoco.MjModel.from_xml_path(SETTINGS["model"])
model.opt.cone = mujoco.mjtCone.mjCONE_PYRAMIDAL
model.opt.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
model.opt.solver = mujoco.mjtSolver.mjSOL_NEWTON
results = []
for setting, kind, iterations, search in CHOICES:
    model.opt.iterations, model.opt.ls_iterations = iterations, search
    # a GPU is only full with many
    for count in sorted({SETTINGS["envs"], 32768} if HAS_GPU else {SETTINGS["envs"]}):
        rate = measure(model, count, SETTINGS["seconds"])
        results.append({"kind": kind, "setting": setting, "envs": count, "rate": rate})
answer(versions=versions("mujoco-warp", "warp-lang", "mujoco"), device=wp.get_device().name, results=results)
