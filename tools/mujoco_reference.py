"""Trajectories of MuJoCo against which the engines are tested.

usage: mujoco_reference.py DIRECTORY

Reads a1.xml, pendulum.xml, block.xml and the scenes with boxes there (written by the program itself: run the tests with
GAITLAB_WRITE_DATA=1) and writes one CSV per experiment beside them. A row is: time, base position, base quaternion (w, x, y, z),
joint positions, base velocity, base angular velocity (both world frame), joint velocities, normal force per sphere; forces are those
of the step that begins. In scenes with boxes the forces are world vectors per sphere (of plane and boxes), then comes the sum of
the normal forces between the robot's own spheres.
"""
import os
import sys

import mujoco
import numpy as np

DIRECTORY = sys.argv[1]


def load(name, dt, friction=1.0, contact=True, dry=False):
    """A model with motors, elliptic friction cones and a converged solver."""
    m = mujoco.MjModel.from_xml_path(os.path.join(DIRECTORY, name + ".xml"))
    m.opt.timestep = dt
    m.opt.integrator = mujoco.mjtIntegrator.mjINT_EULER
    m.opt.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    m.opt.solver = mujoco.mjtSolver.mjSOL_NEWTON
    m.opt.iterations = 100
    m.opt.tolerance = 1e-12
    m.geom_friction[:, 0] = friction
    if not contact:
        m.geom_contype[:] = 0
        m.jnt_limited[:] = 0
    if not dry:
        m.dof_frictionloss[:] = 0
    return m


def rotation(quat):
    r = np.zeros(9)
    mujoco.mju_quat2Mat(r, quat)
    return r.reshape(3, 3)


def row(m, d):
    force, c = np.zeros(m.ngeom), np.zeros(6)
    for i in range(d.ncon):
        mujoco.mj_contactForce(m, d, i, c)
        force[max(d.contact[i].geom1, d.contact[i].geom2)] += c[0]
    angular = rotation(d.qpos[3:7]) @ d.qvel[3:6]
    return np.r_[d.time, d.qpos, d.qvel[:3], angular, d.qvel[6:], force[1:]]


def world_forces(m, d):
    """Force of the surroundings per sphere, world, and the sum of normal forces between spheres."""
    force, own, c = np.zeros((m.ngeom, 3)), 0.0, np.zeros(6)
    for i in range(d.ncon):
        contact = d.contact[i]
        mujoco.mj_contactForce(m, d, i, c)
        if m.geom_bodyid[contact.geom1] > 0 and m.geom_bodyid[contact.geom2] > 0:
            own += c[0]
            continue
        # from the first geom to the second
        world = contact.frame.reshape(3, 3).T @ c[:3]
        force[contact.geom2] += world
        force[contact.geom1] -= world
    return np.r_[force[m.geom_bodyid > 0].ravel(), own]


def start(m, height=None, quat=None, twist=None, joint_pos=None, joint_vel=None):
    d = mujoco.MjData(m)
    mujoco.mj_resetDataKeyframe(m, d, 0)
    if height is not None:
        d.qpos[2] = height
    if quat is not None:
        d.qpos[3:7] = quat
    if joint_pos is not None:
        d.qpos[7:] = joint_pos
    if twist is not None:
        d.qvel[:3] = twist[:3]
        d.qvel[3:6] = rotation(d.qpos[3:7]).T @ np.array(twist[3:])
    if joint_vel is not None:
        d.qvel[6:] = joint_vel
    return d


def run(name, m, d, seconds, torque, every, world=False):
    """Steps with `torque(d)` and keeps every so many rows; the peak of the total force is kept in the comment."""
    rows, peak = [], 0.0
    for k in range(int(round(seconds / m.opt.timestep)) + 1):
        d.ctrl[:] = torque(d)
        mujoco.mj_forward(m, d)
        r = row(m, d)
        peak = max(peak, r[1 + m.nq + m.nv :].sum())
        if k % every == 0:
            rows.append(np.r_[r[: 1 + m.nq + m.nv], world_forces(m, d)] if world else r)
        mujoco.mj_step(m, d)
    with open(os.path.join(DIRECTORY, name + ".csv"), "w") as f:
        f.write(f"# peak {peak:.6g}\n")
        for r in rows:
            f.write(",".join(f"{v:.7g}" for v in r) + "\n")
    last = rows[-1]
    print(f"{name}: end height {last[3]:.4f} joint {last[8]:.4f} force {last[1 + m.nq + m.nv:].sum():.2f} peak {peak:.1f}")


def sinusoids(d):
    j = np.arange(12)
    return 1.5 * np.sin((3.0 + 0.7 * j) * d.time + 1.3 * j)


def position(m, kp, kd):
    target = m.key_qpos[0, 7:].copy()
    return lambda d: np.clip(kp * (target - d.qpos[7:]) - kd * d.qvel[6:], -33.5, 33.5)


TWIST = [0.3, 0.0, 0.5, 0.6, -1.1, 0.8]
SPIN = 0.8 * np.cos(np.arange(12) ** 2)


def main():
    for ms in (5, 1):
        for name, torque in (("torques", sinusoids), ("coast", lambda d: np.zeros(12))):
            m = load("a1", ms * 1e-3, contact=False)
            if name == "coast":
                m.dof_damping[:] = 0
            d = start(m, 0.5, None, TWIST, None, SPIN)
            run(f"{name}_{ms}ms", m, d, 0.5, torque, 50 // ms)
    m = load("a1", 0.005)
    run("stand", m, start(m, 0.3), 3.0, position(m, 40.0, 1.0), 100)
    run("drop", m, start(m, 0.6), 1.0, position(m, 40.0, 1.0), 5)
    for friction in (0.22, 0.25, 0.29, 0.5):
        m = load("a1", 0.005, friction)
        # the ground falls along x
        angle = np.deg2rad(15)
        m.geom_quat[0] = [np.cos(angle / 2), 0, np.sin(angle / 2), 0]
        m.geom_sameframe[0] = mujoco.mjtSameFrame.mjSAMEFRAME_NONE
        d = start(m, 0.32, m.geom_quat[0])
        run(f"slope_{friction}", m, d, 3.0, position(m, 80.0, 2.0), 50)
    m = load("a1", 0.005)
    d = start(m, 0.3)
    hold = position(m, 40.0, 1.0)

    def pushed(d):
        if abs(d.time - 1.0) < 1e-9:
            d.qvel[1] += 0.6
        return hold(d)

    run("push", m, d, 3.0, pushed, 100)
    m = load("block", 0.002)
    for degrees in (22, 40):
        angle = np.deg2rad(degrees)
        height = 0.06 * np.sin(angle) + 0.1 * np.cos(angle) + 0.001
        d = start(m, height, [np.cos(angle / 2), 0, np.sin(angle / 2), 0])
        run(f"lean_{degrees}", m, d, 3.0, lambda d: np.zeros(0), 250)
    m = load("pendulum", 0.005)
    run("swing", m, start(m, joint_pos=[1.2]), 2.0, lambda d: np.zeros(1), 10)
    run("limit", m, start(m), 1.5, lambda d: np.full(1, 12.0), 5)
    for name, angle in (("decay", 1.0), ("hold", 0.05)):
        m = load("pendulum", 0.005, dry=True)
        m.dof_frictionloss[6] = 0.4
        run(name, m, start(m, joint_pos=[angle]), 6.0 if name == "decay" else 2.0, lambda d: np.zeros(1), 20)
    scenes()


def scenes():
    """Robots among boxes, and robots that hit themselves."""
    still = lambda d: np.zeros(0)
    m = load("scene_ball", 0.002)
    run("scene_ball", m, start(m, 0.2502, twist=[0.4, 0.1, 0, 0, 0, 0]), 1.2, still, 50, True)
    m = load("scene_block", 0.002)
    run("scene_block", m, start(m, 0.25), 0.6, still, 25, True)
    m = load("scene_a1", 0.005)
    run("scene_a1", m, start(m, 0.36), 3.0, position(m, 40.0, 1.0), 100, True)
    for name, torque, angles in (("wall", [-8, 0], [0, 0]), ("bar", [-12, 0], [-1.2, 0]), ("pinch", [-6, 6], [0, 0])):
        m = load("scene_" + name, 0.002)
        run("scene_" + name, m, start(m, joint_pos=angles), 3.0, lambda d: np.array(torque), 500, True)


main()
