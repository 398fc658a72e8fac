//! The third opinion: MuJoCo, in processes of a Python interpreter that has it. For checks only: it is thousands of times
//! slower than [`super::batch`].
//!
//! A [`MujocoSim`] is a simulator like any other: the robot goes out as MuJoCo's XML, targets and resets go through a pipe,
//! states come back (`worker.py` is the other end; its first lines say how they talk). What MuJoCo does not report as we
//! want it (feet, scans) is computed here from the state that it does report.
//!
//! With a policy's exported files, the other end acts too: it builds the observation from the description and asks the ONNX
//! file. It is then [`Mind::tell`] what the program itself would have seen and done, and [`Mind::found`] says how far apart the
//! two were.
mod mind;
mod sim;
#[cfg(test)]
mod tests;
mod worker;

pub use mind::{Found, Mind, ODD};
pub use sim::{Mujoco, MujocoSim};
pub use worker::{PYTHON, python};
