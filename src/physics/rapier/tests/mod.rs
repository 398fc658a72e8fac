//! What this version of rapier would get wrong if it were used naively, one test each.
mod look;
