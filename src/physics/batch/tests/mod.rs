mod isolation;
mod mujoco;
mod report;
mod rig;
