//! The engine against MuJoCo, against itself in other lanes and threads, and under stress.
mod boxes;
mod extra;
mod field;
mod isolation;
mod mujoco;
mod report;
mod rig;
mod self_contacts;
