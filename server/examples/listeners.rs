//! Measures event streams for `script/bench`.
//!
//! `listeners ADDRESS KEY COUNT PID COMMAND…` opens COUNT event streams with the API key, waits until each has received
//! the current revision, runs COMMAND, which saves settings, and waits until each has received the new one. Prints the
//! resident memory of the process PID in KiB before and with the streams open, and the milliseconds from the command's
//! start and from its end until the last stream received the event.

use std::error::Error;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

type BenchResult<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The number of streams that are opened concurrently.
const CONCURRENT_CONNECTS: usize = 100;

/// The longest wait for an event.
const EVENT_TIMEOUT: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> BenchResult<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, key, count, pid, command @ ..] = arguments.as_slice() else {
        return Err("usage: listeners ADDRESS KEY COUNT PID COMMAND…".into());
    };
    let [program, program_arguments @ ..] = command else {
        return Err("usage: listeners ADDRESS KEY COUNT PID COMMAND…".into());
    };
    let count: usize = count.parse()?;
    let before = resident_memory_kib(pid)?;
    let mut streams = Vec::with_capacity(count);
    while streams.len() < count {
        let mut opening = JoinSet::new();
        for _ in 0..CONCURRENT_CONNECTS.min(count - streams.len()) {
            opening.spawn(open_stream(address.clone(), key.clone()));
        }
        while let Some(opened) = opening.join_next().await {
            streams.push(opened??);
        }
    }
    let with_streams = resident_memory_kib(pid)?;
    let mut waiting = JoinSet::new();
    for mut stream in streams {
        waiting.spawn(async move {
            read_event(&mut stream).await?;
            // Keeps the stream open until all have received the event.
            BenchResult::Ok((stream, Instant::now()))
        });
    }
    let started = Instant::now();
    let status = tokio::process::Command::new(program)
        .args(program_arguments)
        .stdout(std::process::Stdio::null())
        .status()
        .await?;
    let ended = Instant::now();
    if !status.success() {
        return Err("the command failed".into());
    }
    let received = waiting.join_all().await.into_iter().collect::<BenchResult<Vec<_>>>()?;
    let last = received.iter().map(|(_, at)| *at).max().unwrap_or(started);
    let since = |moment: Instant| last.saturating_duration_since(moment).as_millis();
    println!("RESULT {before} {with_streams} {} {}", since(started), since(ended));
    Ok(())
}

async fn open_stream(address: String, key: String) -> BenchResult<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /api/connector/v1/settings/events HTTP/1.1\r\nHost: bench\r\nX-Api-Key: {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    read_event(&mut stream).await?;
    Ok(stream)
}

/// Reads until the end of an event.
async fn read_event(stream: &mut TcpStream) -> BenchResult<()> {
    let mut received = Vec::new();
    loop {
        let mut piece = [0; 1024];
        let length = timeout(EVENT_TIMEOUT, stream.read(&mut piece)).await??;
        if length == 0 {
            return Err(format!("connection closed after {}", String::from_utf8_lossy(&received)).into());
        }
        received.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&received);
        if text.split_once("data: ").is_some_and(|(_, rest)| rest.contains("\n\n")) {
            return Ok(());
        }
    }
}

fn resident_memory_kib(pid: &str) -> BenchResult<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmRSS in /proc/PID/status")?.parse()?)
}
