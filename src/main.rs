//! The `gaitlab` program: arguments in, exit code out.
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    gaitlab::cli::main(Instant::now())
}
