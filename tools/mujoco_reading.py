"""How MuJoCo itself reads robot files, as JSON: what the import is compared with.

usage: mujoco_reading.py FILE... < joint positions (JSON: {"FILE": {"joint": position}}), may be empty

Meshes, textures, sensors and keyframes are taken out of the model first (their files may be absent), bodies without joints are
fused with those that carry them, and a base without a free joint gets one, so that what is left is the tree of moving links.
Prints a list with one object per file: "links" (name, parent, position and orientation in the world at the given joint
positions, mass, centre of mass and inertia in world axes) and "joints" (name, kind, limits, world anchor and axis, ...).
"""
import json
import sys

import mujoco
import numpy as np


def strip(spec):
    for geom in list(spec.geoms):
        if geom.type == mujoco.mjtGeom.mjGEOM_MESH:
            spec.delete(geom)
    for group in (spec.keys, spec.sensors, spec.excludes, spec.pairs, spec.cameras, spec.lights, spec.sites):
        for element in list(group):
            spec.delete(element)
    for geom in spec.geoms:
        geom.material = ""
    for group in (spec.meshes, spec.skins, spec.materials, spec.textures):
        for element in list(group):
            spec.delete(element)


def base(spec):
    """The body in the world that carries most joints."""

    def joints(body):
        return len(body.joints) + sum(joints(b) for b in body.bodies)

    return max(spec.worldbody.bodies, key=joints)


def read(path, positions):
    spec = mujoco.MjSpec.from_file(path)
    strip(spec)
    root = base(spec)
    if [j.type for j in root.joints] != [mujoco.mjtJoint.mjJNT_FREE]:
        for joint in list(root.joints):
            for actuator in list(spec.actuators):
                if actuator.target == joint.name:
                    spec.delete(actuator)
            spec.delete(joint)
        root.add_freejoint()
    spec.compiler.fusestatic = True
    if path.endswith(".urdf"):
        # a link without `inertial` has no mass; MuJoCo would give its shapes the density of water
        spec.compiler.inertiafromgeom = mujoco.mjtInertiaFromGeom.mjINERTIAFROMGEOM_FALSE
    m = spec.compile()
    d = mujoco.MjData(m)
    start = next(i for i in range(m.nbody) if m.body(i).name == root.name)
    free = m.jnt_qposadr[m.body_jntadr[start]]
    d.qpos[free : free + 7] = [0, 0, 0, 1, 0, 0, 0]
    for name, value in positions.items():
        d.qpos[m.jnt_qposadr[m.joint(name).id]] = value
    mujoco.mj_forward(m, d)
    links, joints = [], []
    for i in range(m.nbody):
        if m.body_rootid[i] != start:
            continue
        r = d.ximat[i].reshape(3, 3)
        parent = m.body(m.body_parentid[i]).name if i != start else None
        links.append(
            {
                "name": m.body(i).name,
                "parent": parent,
                "pos": d.xpos[i].tolist(),
                "mass": m.body_mass[i],
                "com": d.xipos[i].tolist(),
                "inertia": (r @ np.diag(m.body_inertia[i]) @ r.T).tolist(),
            }
        )
        for j in range(m.body_jntadr[i], m.body_jntadr[i] + m.body_jntnum[i]):
            dof, force = m.jnt_dofadr[j], m.jnt_actfrcrange[j]
            if m.jnt_type[j] == mujoco.mjtJoint.mjJNT_FREE:
                continue
            joints.append(
                {
                    "name": m.joint(j).name,
                    "link": m.body(i).name,
                    "hinge": bool(m.jnt_type[j] == mujoco.mjtJoint.mjJNT_HINGE),
                    "limits": m.jnt_range[j].tolist() if m.jnt_limited[j] else None,
                    "anchor": d.xanchor[j].tolist(),
                    "axis": d.xaxis[j].tolist(),
                    "armature": m.dof_armature[dof],
                    "damping": m.dof_damping[dof],
                    "friction": m.dof_frictionloss[dof],
                    "force": force.tolist() if m.jnt_actfrclimited[j] else None,
                }
            )
    return {"file": path, "links": links, "joints": joints}


def main():
    text = sys.stdin.read()
    positions = json.loads(text) if text.strip() else {}
    print(json.dumps([read(path, positions.get(path, {})) for path in sys.argv[1:]]))


main()
