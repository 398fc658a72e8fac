//! The import as a whole: against MuJoCo's reading, round trips through exports, accounts, and hostile files.
mod cases;
mod hostile;
mod mujoco;
mod round_trip;
mod shared;
mod shipped;
