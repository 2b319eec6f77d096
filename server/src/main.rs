//! The `gatehouse` binary: the server and its command line.

use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;

/// Replaces the system allocator, which accounted for a third of the work of rendering pages with their many small
/// allocations. jemalloc reuses recently freed memory first, which is still in the CPU cache, and doesn't touch buffers
/// before they are used.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    server::cli::run()
}
