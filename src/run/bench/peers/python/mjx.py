"""MuJoCo's own JAX engine (MJX) on a GPU: one compiled function per control tick of all robots."""
try:
    import jax
    import jax.numpy as jnp
    import mujoco
    import numpy as np
    from mujoco import mjx
except ImportError as error:
    missing(f"not installed: {error}")

DEVICE = jax.devices()[0]
HAS_GPU = DEVICE.platform == "gpu"
if not (HAS_GPU or ANY_DEVICE):
    missing("no GPU: mujoco.mjx is installed, but JAX finds no GPU")

CHOICES = [
    ("Newton, 1 iteration, 5 of the line search", "fast", 1, 5),
    ("Newton, 10 iterations, 20 of the line search", "accurate", 10, 20),
]
SUBSTEPS, SETS = SETTINGS["substeps"], 16


def measure(model, count, seconds):
    theirs, nominal = mjx.put_model(model), jnp.array(model.key_qpos[0, 7:])
    low = 0.5 * float(model.key_qpos[0, 2])
    places = jnp.array(starts_of(model, count))

    def begin(place):
        data = mjx.make_data(theirs)
        return data.replace(qpos=jnp.array(model.key_qpos[0]).at[:3].set(place))

    def tick_one(data, target, place):
        data = data.replace(ctrl=target)
        data = jax.lax.fori_loop(0, SUBSTEPS, lambda _, d: mjx.step(theirs, d), data)
        fallen = jnp.logical_not(data.qpos[2] > low)
        fresh = jnp.array(model.key_qpos[0]).at[:3].set(place)
        return data.replace(
            qpos=jnp.where(fallen, fresh, data.qpos),
            qvel=jnp.where(fallen, 0.0, data.qvel),
            qacc_warmstart=jnp.where(fallen, 0.0, data.qacc_warmstart),
        )

    tick = jax.jit(jax.vmap(tick_one), donate_argnums=0)
    held = [jax.jit(jax.vmap(begin))(places)]
    noise = SETTINGS["sigma"] * jax.random.normal(jax.random.PRNGKey(0), (SETS, count, model.nu))
    targets = [nominal + one for one in noise]
    turn = [0]

    def run():
        held[0] = tick(held[0], targets[turn[0] % SETS], places)
        turn[0] += 1

    rate = timed(run, seconds, lambda: held[0].qpos.block_until_ready()) * SUBSTEPS * count
    assert np.mean(np.array(held[0].qpos)[:, 2]) > 1.2 * low, "the robots do not stand"
    return rate


model = mujoco.MjModel.from_xml_path(SETTINGS["model"])
model.opt.cone = mujoco.mjtCone.mjCONE_PYRAMIDAL
model.opt.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
model.opt.solver = mujoco.mjtSolver.mjSOL_NEWTON
results = []
for setting, kind, iterations, search in CHOICES:
    model.opt.iterations, model.opt.ls_iterations = iterations, search
    for count in sorted({SETTINGS["envs"], 16384} if HAS_GPU else {SETTINGS["envs"]}):
        rate = measure(model, count, SETTINGS["seconds"])
        results.append({"kind": kind, "setting": setting, "envs": count, "rate": rate})
answer(versions=versions("mujoco-mjx", "jax", "mujoco"), device=DEVICE.device_kind, results=results)
