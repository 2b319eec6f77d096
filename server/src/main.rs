//! The program: one binary for the server and for the operator.

use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;

/// Pages are made of many small pieces of memory, of which the system's allocator makes a third of the work. This one hands
/// out first what was used last, which is still at hand, and touches no buffer before it is used.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    server::cli::run()
}
