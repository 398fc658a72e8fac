"""Some robots in MuJoCo, for the program that started this script and talks to it through stdin and stdout.

First comes a header: a length (int32, little endian) and that many bytes of JSON (see `Robots`). Then messages: kind and count
(int32 each) and that many doubles. A step is answered with doubles, the rest is not answered.

    0 reset   lane, position, quaternion (w, x, y, z), velocity, angular velocity (world), joint positions, joint
              velocities, phase of the gait's clock
    1 draw    lane, and how its model differs from the file: see `Robots.draw`
    2 push    lane, change of velocity and of angular velocity (world)
    3 step    targets and added torques, `[lane][joint]` each; or, where a policy acts here, commands `[lane][3]`

With a policy, the observation is built here from the description that was exported with it: `KINDS` knows what a kind of
observation is, everything else is read. That makes a run a test of the exported files as well.
"""
from __future__ import annotations

import copy
import json
import os
import struct
import sys
from typing import Any, Callable

import mujoco
import numpy as np

Array = np.ndarray
RESET, DRAW, PUSH, STEP = range(4)


def rotation(quat: Array) -> Array:
    """Matrices of quaternions (w, x, y, z) in rows."""
    w, x, y, z = (quat / np.linalg.norm(quat, axis=1, keepdims=True)).T
    columns = [
        [1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)],
        [2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)],
        [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.array(columns).transpose(2, 1, 0)


def to_base(r: Array, v: Array) -> Array:
    """World vectors in base axes."""
    return np.einsum("lji,lj->li", r, v)


class Policy:
    """A policy as exported: the ONNX file, and the JSON file beside it that says what its numbers mean."""

    def __init__(self, path: str, robots: Robots):
        import onnxruntime

        with open(path, encoding="utf-8") as file:
            self.about: dict[str, Any] = json.load(file)
        about, lanes = self.about, len(robots.data)
        formats = ("gaitlab policy 3", "gaitlab policy 4")
        assert about["format"] in formats, f"{path} has format {about['format']}"
        assert about["action"]["kind"] == "joint_targets" and about["controller"]["kind"] == "pd"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        weights = os.path.join(os.path.dirname(path), about["weights"])
        self.session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self.names = [joint["name"] for joint in about["joints"]]
        numbers = ("nominal", "scale", "kp", "kd", "effort")
        columns = np.array([[joint[key] for key in numbers] for joint in about["joints"]]).T
        self.nominal, self.scale, self.kp, self.kd, self.effort = columns
        self.action, self.gait = about["action"], about["action"].get("gait")
        self.period = 1 / about["rates"]["control_hz"]
        self.last = np.zeros((lanes, len(self.names)), np.float32)
        self.start, self.ticks = np.zeros(lanes), np.zeros(lanes)
        self.robots = robots
        self.command = np.zeros((lanes, 3))
        self.told: dict[str, Array] = {}

    def reset(self, lane: int, phase: float) -> None:
        self.last[lane], self.start[lane], self.ticks[lane] = 0, phase, 0

    def act(self, command: Array) -> tuple[Array, Array]:
        """Observation and joint targets of all lanes; a tick goes by."""
        about, robots = self.about, self.robots
        self.command = command
        self.moving = np.linalg.norm(command, axis=1, keepdims=True) > 0.1
        self.turn = rotation(robots.quat)
        observation = np.zeros((len(command), about["network"]["inputs"]), np.float32)
        for part in about["observation"]:
            begin, end = part["slice"]
            value = part["scale"] * (self.height_scan(part) if part["kind"] == "height_scan" else KINDS[part["kind"]](self))
            if (history := part.get("history", 1)) > 1:
                value = self.remember(part["name"], history, value)
            observation[:, begin:end] = value
        if (limit := about["clip"]["observation"]) is not None:
            observation = observation.clip(-limit, limit)
        feed = {about["network"]["input"]: observation}
        before = self.last
        self.last = self.session.run([about["network"]["output"]], feed)[0]
        if (limit := about["clip"]["action"]) is not None:
            self.last = self.last.clip(-limit, limit)
        limit = self.action.get("clip") or np.inf
        if (beta := self.action.get("beta")) is not None:
            self.last = beta * self.last.clip(-limit, limit) + (1 - beta) * before
        targets = self.nominal + self.scale * self.last.clip(-limit, limit) + self.steps()
        self.ticks += 1
        return observation, targets

    def remember(self, name: str, history: int, value: Array) -> Array:
        """The last values, oldest first; the first of an episode stands for all before it."""
        frames = self.told.get(name, np.zeros((len(value), history, value.shape[1])))
        frames = np.concatenate([frames[:, 1:], value[:, None]], axis=1)
        frames[self.ticks == 0] = value[self.ticks == 0, None]
        self.told[name] = frames
        return frames.reshape(len(value), -1)

    def phase(self) -> Array:
        return (self.start + self.ticks * self.period / self.gait["period"]) % 1.0

    def clock(self) -> Array:
        angle = 2 * np.pi * self.phase()
        return np.stack([np.sin(angle), np.cos(angle)], axis=1) * self.moving

    def steps(self) -> Array:
        """What the gait by the clock adds to the targets."""
        added = np.zeros(self.last.shape)
        if self.gait:
            duty, phase = self.gait["duty"], self.phase()
            for joint in self.gait["joints"]:
                p = (phase + joint["leg"] / 2) % 1.0
                s = (p - duty) / (1 - duty)
                swing = np.where(p >= duty, 16 * (s * (1 - s)) ** 2, 0.0)
                side = np.cos(2 * np.pi * phase) * (1 - 2 * joint["leg"])
                share = joint["lift"] * swing + side * (self.command @ np.array(joint["sweep"]))
                added[:, self.names.index(joint["name"])] += share
        return added * self.moving

    def leg_odometry(self) -> Array:
        height, velocity = self.robots.soles(self.about["legs"])
        v = self.robots.linear - velocity[np.arange(len(height)), height.argmin(axis=1)]
        forward = self.turn[:, :2, 0] / np.linalg.norm(self.turn[:, :2, 0], axis=1, keepdims=True)
        x, y = forward.T
        return np.stack([v[:, 0] * x + v[:, 1] * y, v[:, 1] * x - v[:, 0] * y], axis=1)

    def height_scan(self, part: dict[str, Any]) -> Array:
        grid, robots = part["scan"], self.robots
        forward = self.turn[:, :2, 0] / np.linalg.norm(self.turn[:, :2, 0], axis=1, keepdims=True)
        turn = np.stack([forward, forward[:, ::-1] * [-1, 1]], axis=2)
        places = robots.pos[:, None, :2] + np.einsum("lij,pj->lpi", turn, np.array(grid["points"]))
        below = robots.pos[:, 2:] - grid["height"] - robots.ground(places)
        return below.clip(-grid["clip"], grid["clip"])


KINDS: dict[str, Callable[[Policy], Array]] = {
    "base_lin_vel": lambda p: to_base(p.turn, p.robots.linear),
    "base_ang_vel": lambda p: to_base(p.turn, p.robots.angular),
    "projected_gravity": lambda p: -p.turn[:, 2, :],
    "command_lin_vel": lambda p: p.command[:, :2],
    "command_yaw_rate": lambda p: p.command[:, 2:],
    "joint_pos": lambda p: p.robots.q - p.nominal,
    "joint_vel": lambda p: p.robots.dq,
    "last_action": lambda p: p.last,
    "clock": Policy.clock,
    "leg_odometry": Policy.leg_odometry,
}


class Robots:
    """Copies of one model, each with parameters of its own. Rows are lanes; joints and points in the header's order."""

    def __init__(self, header: dict[str, Any]):
        base = self.base = mujoco.MjModel.from_xml_string(header["model"])
        base.opt.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
        base.opt.gravity[:] = 0, 0, -header["gravity"]
        implicit = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
        base.opt.integrator = implicit if header["implicit"] else mujoco.mjtIntegrator.mjINT_EULER
        # a state that stopped being finite is reported, not replaced
        base.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET
        lanes, names, points = header["lanes"], header["joints"], header["points"]
        self.substeps: int = header["substeps"]
        self.models = [copy.copy(base) for _ in range(lanes)]
        self.data = [mujoco.MjData(model) for model in self.models]
        self.scratch = mujoco.MjData(base)
        # the ground alone: its robot is out of the way
        self.bare = mujoco.MjData(base)
        self.bare.qpos[2] = 1e3
        mujoco.mj_kinematics(base, self.bare)
        self.root: int = base.jnt_bodyid[0]
        self.at_q = np.array([base.joint(name).qposadr[0] for name in names], int)
        self.at_v = np.array([base.joint(name).dofadr[0] for name in names], int)
        self.at_u = np.array([base.actuator(name).id for name in names], int)
        self.point_of = np.full(base.ngeom, -1)
        self.point_of[[base.geom(name).id for name in points]] = np.arange(len(points))
        self.pos, self.quat = np.zeros((lanes, 3)), np.tile([1.0, 0.0, 0.0, 0.0], (lanes, 1))
        self.linear, self.angular = np.zeros((lanes, 3)), np.zeros((lanes, 3))
        self.q, self.dq, self.torque = (np.zeros((lanes, len(names))) for _ in range(3))
        self.force = np.zeros((lanes, len(points), 3))
        self.policy = Policy(header["policy"], self) if header["policy"] else None
        if self.policy:
            assert names == self.policy.names, "robot and policy differ in their joints"
            self.kp, self.kd, self.effort = self.policy.kp, self.policy.kd, self.policy.effort
        else:
            self.kp, self.kd = base.actuator_gainprm[self.at_u, 0], -base.actuator_biasprm[self.at_u, 2]
            self.effort = base.actuator_forcerange[self.at_u, 1]
        for lane in range(lanes):
            self.draw(lane, np.array([1.0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0] + [1.0] * (3 * len(names))))

    def reset(self, lane: int, start: Array) -> None:
        n, m, d = len(self.at_q), self.models[lane], self.data[lane]
        pos, quat, linear, angular, q, dq, phase = np.split(start, np.cumsum([3, 4, 3, 3, n, n]))
        mujoco.mj_resetData(m, d)
        d.qpos[:3], d.qpos[3:7], d.qpos[self.at_q] = pos, quat, q
        d.qvel[:3], d.qvel[3:6], d.qvel[self.at_v] = linear, rotation(quat[None])[0].T @ angular, dq
        if self.policy:
            self.policy.reset(lane, phase[0])
        self.read(lane)

    def draw(self, lane: int, v: Array) -> None:
        """Friction; added mass and centre (3) of the base; factors on the other links' mass, on kp, kd and effort; added
        armature, damping and dry friction of the joints; restitution, which MuJoCo does not know; added gravity (3); then of
        every joint: factors on the mass of its link, on kp and on kd."""
        m, base, root = self.models[lane], self.base, self.root
        links, stiff, damped = v[16:].reshape(-1, 3).T
        factor = np.full((base.nbody, 1), v[5])
        factor[[base.jnt_bodyid[base.dof_jntid[dof]] for dof in self.at_v], 0] *= links
        factor[root] = 1 + v[1] / base.body_mass[root]
        m.geom_friction[:, 0] = v[0]
        m.body_mass[:], m.body_inertia[:] = base.body_mass * factor[:, 0], base.body_inertia * factor
        m.body_ipos[root] = base.body_ipos[root] + v[2:5]
        kp, kd = self.kp * v[6] * stiff, self.kd * v[7] * damped
        m.actuator_gainprm[self.at_u, 0] = kp
        m.actuator_biasprm[self.at_u, 1], m.actuator_biasprm[self.at_u, 2] = -kp, -kd
        m.opt.gravity[:] = base.opt.gravity + v[13:16]
        m.actuator_forcerange[self.at_u] = np.outer(self.effort * v[8], [-1, 1])
        for ours, theirs, more in (
            (m.dof_armature, base.dof_armature, v[9]),
            (m.dof_damping, base.dof_damping, v[10]),
            (m.dof_frictionloss, base.dof_frictionloss, v[11]),
        ):
            ours[self.at_v] = np.maximum(theirs[self.at_v] + more, 0)
        mujoco.mj_setConst(m, self.scratch)

    def push(self, lane: int, change: Array) -> None:
        self.data[lane].qvel[:3] += change[:3]
        self.data[lane].qvel[3:6] += rotation(self.quat[lane : lane + 1])[0].T @ change[3:]
        self.read(lane)

    def step(self, told: Array) -> Array:
        """One control tick of all lanes; what there is to say about it."""
        lanes, n, more = len(self.data), len(self.at_q), []
        if self.policy:
            observation, targets = self.policy.act(told.reshape(lanes, 3))
            torques, more = np.zeros((lanes, n)), [observation, targets, self.policy.last]
        else:
            targets, torques = told.reshape(2, lanes, n)
        for lane, (m, d) in enumerate(zip(self.models, self.data)):
            d.ctrl[self.at_u], d.qfrc_applied[self.at_v] = targets[lane], torques[lane]
            mujoco.mj_step(m, d, self.substeps)
            self.read(lane)
            self.torque[lane] = d.qfrc_actuator[self.at_v]
            self.force[lane] = self.contacts(d)
        state = [self.pos, self.quat, self.linear, self.angular, self.q, self.dq, self.torque]
        return np.concatenate([*state, self.force.reshape(lanes, -1), *more], axis=1)

    def read(self, lane: int) -> None:
        d = self.data[lane]
        self.pos[lane], self.quat[lane], self.q[lane] = d.qpos[:3], d.qpos[3:7], d.qpos[self.at_q]
        self.linear[lane], self.dq[lane] = d.qvel[:3], d.qvel[self.at_v]
        # MuJoCo's own is in base axes
        mujoco.mju_rotVecQuat(self.angular[lane], d.qvel[3:6], d.qpos[3:7])

    def contacts(self, d: mujoco.MjData) -> Array:
        """Force on each point in the last physics step: upwards, along x and along y, world."""
        force = np.zeros((self.force.shape[1], 3))
        if d.ncon:
            points, row = self.point_of[d.contact.geom], d.contact.efc_address
            # of the ground or a box with a point, not of two points; and one that the solver knows
            real = ((points >= 0).sum(axis=1) == 1) & (row >= 0)
            points, row = points[real], row[real, None]
            # of an elliptic cone, forces are what the solver's rows say; they are those on the second geom
            local = d.efc_force[row + np.arange(3)] * np.where(points[:, :1] < 0, 1, -1)
            world = np.einsum("cij,ci->cj", d.contact.frame[real].reshape(-1, 3, 3), local)
            np.add.at(force, points.max(axis=1), world[:, [2, 0, 1]])
        return force

    def ground(self, places: Array) -> Array:
        """Heights of the ground at places `[lane, point, 2]`."""
        geom, high = np.zeros(1, np.int32), 100.0
        down = np.array([0.0, 0.0, -1.0])
        far = [
            mujoco.mj_ray(self.base, self.bare, np.array([x, y, high]), down, None, 1, -1, geom, None)
            for x, y in places.reshape(-1, 2)
        ]
        return high - np.array(far).reshape(places.shape[:2])

    def soles(self, legs: list[dict[str, Any]]) -> tuple[Array, Array]:
        """Heights of the feet's lowest points, `[lane, leg]`, and velocities of their material there, `[lane, leg, 3]`."""
        height, velocity = np.zeros((len(self.data), len(legs))), np.zeros((len(self.data), len(legs), 3))
        v = np.zeros(6)
        for lane, (m, d) in enumerate(zip(self.models, self.data)):
            for update in (mujoco.mj_kinematics, mujoco.mj_comPos, mujoco.mj_comVel):
                update(m, d)
            for i, leg in enumerate(legs):
                body = m.body(leg["link"]).id
                arm = d.xmat[body].reshape(3, 3) @ leg["sole"] - [0, 0, leg["radius"]]
                mujoco.mj_objectVelocity(m, d, mujoco.mjtObj.mjOBJ_XBODY, body, v, 0)
                height[lane, i], velocity[lane, i] = d.xpos[body][2] + arm[2], v[3:] + np.cross(v[:3], arm)
        return height, velocity


def main() -> None:
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    # whatever a library prints is no answer; what warnings are about shows in the states
    sys.stdout = sys.stderr
    mujoco.set_mju_user_warning(lambda text: None)

    def read(count: int) -> bytes:
        data = source.read(count)
        if len(data) < count:
            sys.exit()
        return data

    robots = Robots(json.loads(read(*struct.unpack("<i", read(4)))))
    sink.write(struct.pack("<d", 1.0))
    sink.flush()
    while True:
        kind, count = struct.unpack("<ii", read(8))
        told = np.frombuffer(read(8 * count), "<f8")
        if kind == STEP:
            sink.write(robots.step(told).astype("<f8").tobytes())
            sink.flush()
        else:
            {RESET: robots.reset, DRAW: robots.draw, PUSH: robots.push}[kind](int(told[0]), told[1:])


if __name__ == "__main__":
    main()
