//! Devices to commands: keyboard, gamepad and the drive pad of the window. `drive` is pure; the systems only read
//! devices and send messages.
pub(super) mod drive;
pub(super) mod gamepad;
pub(super) mod keys;
mod systems;

pub(super) use systems::plugin;
