//! The program: one binary for the server and for the operator.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Pages are made of many small pieces of memory, of which the system's allocator makes a third of the work.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    server::cli::run()
}
