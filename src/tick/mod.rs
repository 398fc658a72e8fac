//! The Bevy layer of a control tick: components, messages and the order of systems. Names `bevy_ecs` and `bevy_app`
//! only; never draws.
pub mod view;
