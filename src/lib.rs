//! gaitlab: a laboratory for legged robots. This file is the map; a module uses lower layers only.
//!
//! | layer | modules |
//! |---|---|
//! | 0 | [`lane`] [`rng`] [`config`] |
//! | 1 | [`robot`] [`terrain`] [`actuator`] |
//! | 2 | [`physics`] [`mdp`] |
//! | 3 | [`task`] [`env`] [`nn`] |
//! | 4 | [`learn`] |
//! | 5 | [`tick`] |
//! | 6 | [`run`] |
//! | 7 | [`app`] |
//! | 8 | [`cli`] |

pub mod actuator;
pub mod config;
pub mod lane;
pub mod mdp;
pub mod physics;
pub mod rng;
pub mod robot;
pub mod run;
pub mod task;
pub mod terrain;
