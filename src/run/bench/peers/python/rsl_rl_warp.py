"""rsl_rl's PPO in environments of MuJoCo Warp: the same robot, observations, rates, networks and settings of PPO, the main
rewards, falls and time-outs; no randomisation but that of the start. Ours does more per step."""
try:
    import mujoco
    import mujoco_warp
    import numpy as np
    import torch
    import warp as wp
    from rsl_rl.env import VecEnv
    from rsl_rl.runners import OnPolicyRunner
    from tensordict import TensorDict
except ImportError as error:
    missing(f"not installed: {error}")

VERSION = metadata.version("rsl-rl-lib")
if int(VERSION.split(".")[0]) < 5:
    missing(f"another version: rsl-rl-lib {VERSION} is installed; this comparison is written for version 5")
wp.config.quiet = True
wp.init()
HAS_GPU = wp.get_cuda_device_count() > 0 and torch.cuda.is_available()
if not (HAS_GPU or ANY_DEVICE):
    missing("no GPU: rsl_rl and mujoco_warp are installed, but there is no CUDA device")

TOLD = SETTINGS["training"]
DEVICE = "cuda:0" if HAS_GPU else "cpu"
# obs: velocities, gravity, command, joints, last action
SCALE_LINEAR, SCALE_ANGULAR, SCALE_SPEED, SCALE_ACTION = 2.0, 0.25, 0.05, 0.25


def to_base(quat, v):
    """World vectors in base axes."""
    w, u = quat[:, :1], -quat[:, 1:]
    t = 2 * torch.linalg.cross(u, v)
    return v + w * t + torch.linalg.cross(u, t)


class Walk(VecEnv):
    """Follow velocity commands on flat ground."""

    def __init__(self, count):
        model = mujoco.MjModel.from_xml_path(SETTINGS["model"])
        model.opt.cone = mujoco.mjtCone.mjCONE_PYRAMIDAL
        model.opt.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
        model.opt.iterations, model.opt.ls_iterations = 4, 10
        data = mujoco.MjData(model)
        mujoco.mj_resetDataKeyframe(model, data, 0)
        mujoco.mj_forward(model, data)
        contacts = max(16, model.ngeom)
        self.model = mujoco_warp.put_model(model)
        if hasattr(self.model.opt, "warn_overflow"):
            self.model.opt.warn_overflow = 0
        self.data = mujoco_warp.put_data(
            model, data, nworld=count, nconmax=contacts, njmax=4 * contacts + 2 * model.nv
        )
        self.qpos, self.qvel = wp.to_torch(self.data.qpos), wp.to_torch(self.data.qvel)
        self.ctrl, self.torque = wp.to_torch(self.data.ctrl), wp.to_torch(self.data.qfrc_actuator)
        self.warm = wp.to_torch(self.data.qacc_warmstart)
        self.num_envs, self.num_actions, self.device, self.cfg = count, model.nu, DEVICE, {}
        self.max_episode_length = int(TOLD["episode_ticks"])
        self.start = torch.tensor(model.key_qpos[0], dtype=torch.float32, device=DEVICE)
        self.height = float(self.start[2])
        zeros = lambda *size: torch.zeros(count, *size, device=DEVICE)
        self.episode_length_buf = torch.randint(0, self.max_episode_length, (count,), device=DEVICE)
        self.command, self.last = zeros(3), zeros(model.nu)
        self.down = torch.tensor([[0.0, 0.0, -1.0]], device=DEVICE).expand(count, 3)
        self.graph = None
        self.simulate()
        if HAS_GPU:
            with wp.ScopedCapture() as capture:
                self.simulate()
            self.graph = capture.graph
        self.begin(torch.ones(count, dtype=torch.bool, device=DEVICE))

    def simulate(self):
        for _ in range(SETTINGS["substeps"]):
            mujoco_warp.step(self.model, self.data)

    def begin(self, ended):
        """New episodes where the last has ended, without waiting for the device."""
        e, random = ended[:, None], torch.rand_like(self.ctrl)
        fresh = self.start.repeat(self.num_envs, 1)
        fresh[:, 7:] += 0.2 * (random - 0.5)
        self.qpos[:] = torch.where(e, fresh, self.qpos)
        self.qvel[:] = torch.where(e, 0.0, self.qvel)
        self.warm[:] = torch.where(e, 0.0, self.warm)
        self.last = torch.where(e, 0.0, self.last)
        wish = (2 * torch.rand_like(self.command) - 1) * torch.tensor([1.0, 0.6, 1.0], device=DEVICE)
        self.command = torch.where(e, wish, self.command)

    def get_observations(self):
        quat = self.qpos[:, 3:7]
        self.linear, self.angular = to_base(quat, self.qvel[:, :3]), self.qvel[:, 3:6]
        self.gravity = to_base(quat, self.down)
        parts = [
            self.linear * SCALE_LINEAR,
            self.angular * SCALE_ANGULAR,
            self.gravity,
            self.command[:, :2] * SCALE_LINEAR,
            self.command[:, 2:] * SCALE_ANGULAR,
            self.qpos[:, 7:] - self.start[7:],
            self.qvel[:, 6:] * SCALE_SPEED,
            self.last,
        ]
        return TensorDict({"policy": torch.cat(parts, 1)}, batch_size=self.num_envs)

    def step(self, actions):
        before, joints_before = self.last, self.qvel[:, 6:].clone()
        self.last = actions.clone()
        self.ctrl[:] = self.start[7:] + SCALE_ACTION * actions
        wp.capture_launch(self.graph) if self.graph else self.simulate()
        self.episode_length_buf += 1
        self.get_observations()
        off = (self.command[:, :2] - self.linear[:, :2]).square().sum(1)
        turn = (self.command[:, 2] - self.angular[:, 2]).square()
        height = self.qpos[:, 2]
        reward = (
            1.5 * torch.exp(-off / 0.25)
            + 0.75 * torch.exp(-turn / 0.25)
            - 2.0 * self.linear[:, 2].square()
            - 0.05 * self.angular[:, :2].square().sum(1)
            - 1.0 * self.gravity[:, :2].square().sum(1)
            - 20.0 * (height - self.height).square()
            - 1e-4 * self.torque[:, 6:].square().sum(1)
            - 2.5e-7 * ((self.qvel[:, 6:] - joints_before) / TOLD["tick"]).square().sum(1)
            - 0.01 * (actions - before).square().sum(1)
        )
        reward = (reward * TOLD["tick"]).clamp(min=0.0).nan_to_num()
        fell = ~((height > 0.5 * self.height) & (self.gravity[:, 2] < -0.5))
        late = self.episode_length_buf >= self.max_episode_length
        ended = fell | late
        self.episode_length_buf[:] = torch.where(ended, 0, self.episode_length_buf)
        self.begin(ended)
        return self.get_observations(), reward, ended.long(), {"time_outs": late & ~fell}


def settings():
    network = {"class_name": "MLPModel", "activation": "elu", "obs_normalization": False}
    gaussian = {"class_name": "GaussianDistribution", "init_std": TOLD["init_std"]}
    return {
        "num_steps_per_env": TOLD["horizon"],
        "save_interval": 10**9,
        "check_for_nan": False,
        "obs_groups": {"actor": ["policy"], "critic": ["policy"]},
        "actor": {**network, "hidden_dims": TOLD["actor"], "distribution_cfg": gaussian},
        "critic": {**network, "hidden_dims": TOLD["critic"]},
        "algorithm": {
            "class_name": "PPO",
            "num_learning_epochs": TOLD["epochs"],
            "num_mini_batches": TOLD["minibatches"],
            "clip_param": TOLD["clip"],
            "gamma": TOLD["gamma"],
            "lam": TOLD["lambda"],
            "value_loss_coef": TOLD["value_coef"],
            "entropy_coef": TOLD["entropy"],
            "learning_rate": TOLD["learning_rate"],
            "max_grad_norm": TOLD["max_grad_norm"],
            "desired_kl": TOLD["desired_kl"],
            "schedule": "adaptive",
        },
    }


def measure(count, seconds):
    env = Walk(count)
    runner = OnPolicyRunner(env, settings(), log_dir=None, device=DEVICE)
    wait = torch.cuda.synchronize if HAS_GPU else lambda: None
    # `learn` is not written to be called for one iteration at a time: a stretch that is long enough is measured
    runner.learn(3)
    wait()
    begin = time.perf_counter()
    runner.learn(3)
    wait()
    iterations = max(3, round(3 * seconds / (time.perf_counter() - begin)))
    begin = time.perf_counter()
    runner.learn(iterations)
    wait()
    return iterations * TOLD["horizon"] * count / (time.perf_counter() - begin)


if HAS_GPU:
    # one stream for both, so that everything happens in order
    torch.cuda.set_stream(wp.stream_to_torch(wp.get_stream()))
results = []
# as many as ours has, and as many as a GPU wants
for count in sorted({TOLD["envs"], 4096, 16384} if HAS_GPU else {64}):
    rate = measure(count, SETTINGS["seconds"])
    setting = "PPO with our sizes and settings, the main rewards, nothing randomised"
    results.append({"kind": "training", "setting": setting, "envs": count, "rate": rate})
answer(versions=versions("rsl-rl-lib", "torch", "mujoco-warp"), device=str(wp.get_device().name), results=results)
