//! Both engines through the same trait, in the same cases, against textbooks and MuJoCo.
mod cases;
mod energy;
pub mod scenes;
mod suite;
