"""Brax's PPO in environments of MJX: the same robot, observations, rates, networks and settings of PPO, the main rewards, falls
and time-outs; no randomisation but that of the start. Ours does more per step."""
try:
    import functools

    import jax
    import jax.numpy as jnp
    import mujoco
    from brax.envs.base import Env, State
    from brax.training.agents.ppo import networks as ppo_networks
    from brax.training.agents.ppo import train as ppo
    from mujoco import mjx
except ImportError as error:
    missing(f"not installed: {error}")

DEVICE = jax.devices()[0]
HAS_GPU = DEVICE.platform == "gpu"
if not (HAS_GPU or ANY_DEVICE):
    missing("no GPU: brax and mujoco.mjx are installed, but JAX finds no GPU")

TOLD = SETTINGS["training"]
if not hasattr(jax, "device_put_replicated"):
    # JAX dropped what Brax still calls
    def replicated(tree, devices):
        return jax.tree.map(lambda x: jnp.stack([x] * len(devices)), tree)

    jax.device_put_replicated = replicated


def to_base(quat, v):
    """A world vector in base axes."""
    w, u = quat[0], -quat[1:]
    t = 2 * jnp.cross(u, v)
    return v + w * t + jnp.cross(u, t)


class Walk(Env):
    """Follow velocity commands on flat ground."""

    def __init__(self):
        model = mujoco.MjModel.from_xml_path(SETTINGS["model"])
        model.opt.cone = mujoco.mjtCone.mjCONE_PYRAMIDAL
        model.opt.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
        model.opt.iterations, model.opt.ls_iterations = 1, 5
        self.model, self.start, self.joints = mjx.put_model(model), jnp.array(model.key_qpos[0]), model.nu

    observation_size = property(lambda self: 12 + 3 * self.joints)
    action_size = property(lambda self: self.joints)
    backend = property(lambda self: "mjx")

    def reset(self, rng):
        rng, joints, wish = jax.random.split(rng, 3)
        qpos = self.start.at[7:].add(jax.random.uniform(joints, (self.joints,), minval=-0.1, maxval=0.1))
        command = jax.random.uniform(wish, (3,), minval=-1.0, maxval=1.0) * jnp.array([1.0, 0.6, 1.0])
        data = mjx.make_data(self.model).replace(qpos=qpos)
        info = {"command": command, "last": jnp.zeros(self.joints)}
        return State(data, self.observe(data, info), jnp.zeros(()), jnp.zeros(()), {}, info)

    def observe(self, data, info):
        quat, command = data.qpos[3:7], info["command"]
        linear, gravity = to_base(quat, data.qvel[:3]), to_base(quat, jnp.array([0.0, 0.0, -1.0]))
        seen = [linear * 2.0, data.qvel[3:6] * 0.25, gravity, command[:2] * 2.0, command[2:] * 0.25]
        return jnp.concatenate(seen + [data.qpos[7:] - self.start[7:], data.qvel[6:] * 0.05, info["last"]])

    def step(self, state, action):
        before = state.pipeline_state
        data = before.replace(ctrl=self.start[7:] + 0.25 * action)
        data = jax.lax.fori_loop(0, SETTINGS["substeps"], lambda _, d: mjx.step(self.model, d), data)
        quat, command, height = data.qpos[3:7], state.info["command"], data.qpos[2]
        linear, gravity = to_base(quat, data.qvel[:3]), to_base(quat, jnp.array([0.0, 0.0, -1.0]))
        change = (data.qvel[6:] - before.qvel[6:]) / TOLD["tick"]
        reward = (
            1.5 * jnp.exp(-jnp.sum((command[:2] - linear[:2]) ** 2) / 0.25)
            + 0.75 * jnp.exp(-((command[2] - data.qvel[5]) ** 2) / 0.25)
            - 2.0 * linear[2] ** 2
            - 0.05 * jnp.sum(data.qvel[3:5] ** 2)
            - 1.0 * jnp.sum(gravity[:2] ** 2)
            - 20.0 * (height - self.start[2]) ** 2
            - 1e-4 * jnp.sum(data.qfrc_actuator[6:] ** 2)
            - 2.5e-7 * jnp.sum(change**2)
            - 0.01 * jnp.sum((action - state.info["last"]) ** 2)
        )
        reward = jnp.nan_to_num(jnp.maximum(reward * TOLD["tick"], 0.0))
        stands = (height > 0.5 * self.start[2]) & (gravity[2] < -0.5)
        info = {**state.info, "last": action}
        done = jnp.where(stands, 0.0, 1.0)
        return state.replace(pipeline_state=data, obs=self.observe(data, info), reward=reward, done=done, info=info)


def measure(count, seconds):
    per_iteration = count * TOLD["horizon"]
    times = []

    def learn(iterations, told):
        ppo.train(
            environment=Walk(),
            num_timesteps=iterations * per_iteration,
            num_evals=3,
            run_evals=False,
            episode_length=int(TOLD["episode_ticks"]),
            num_envs=count,
            unroll_length=TOLD["horizon"],
            batch_size=count // TOLD["minibatches"],
            num_minibatches=TOLD["minibatches"],
            num_updates_per_batch=TOLD["epochs"],
            learning_rate=TOLD["learning_rate"],
            entropy_cost=TOLD["entropy"],
            discounting=TOLD["gamma"],
            gae_lambda=TOLD["lambda"],
            clipping_epsilon=TOLD["clip"],
            max_grad_norm=TOLD["max_grad_norm"],
            network_factory=functools.partial(
                ppo_networks.make_ppo_networks,
                policy_hidden_layer_sizes=tuple(TOLD["actor"]),
                value_hidden_layer_sizes=tuple(TOLD["critic"]),
            ),
            progress_fn=told,
            seed=1,
        )

    def told(steps, metrics):
        # the first stretch compiles; the second does not
        times.append((steps, time.perf_counter()))

    iterations = 4
    learn(iterations, told)
    (a, then), (b, now) = times[-2:]
    rate = (b - a) / (now - then)
    longer = int(2 * seconds * rate / per_iteration)
    if longer > iterations:
        times.clear()
        learn(longer, told)
        (a, then), (b, now) = times[-2:]
        rate = (b - a) / (now - then)
    return rate


results = []
for count in sorted({TOLD["envs"], 4096} if HAS_GPU else {64}):
    rate = measure(count, SETTINGS["seconds"])
    setting = "PPO with our sizes and settings, the main rewards, nothing randomised"
    results.append({"kind": "training", "setting": setting, "envs": count, "rate": rate})
answer(versions=versions("brax", "mujoco-mjx", "jax"), device=DEVICE.device_kind, results=results)
