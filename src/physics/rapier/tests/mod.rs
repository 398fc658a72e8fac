//! What this version of rapier would get wrong if it were used naively, one test each; and that nothing but a lane's own
//! numbers decides what becomes of it.
mod isolation;
mod play;
mod traps;
