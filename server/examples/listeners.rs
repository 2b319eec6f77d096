//! Connectors that listen, for `script/bench`.
//!
//! `listeners ADDRESS KEY COUNT PID COMMAND…` opens COUNT event streams with the API key, waits until each has been told of
//! the current revision, runs COMMAND, which saves settings, and waits until each has been told of that. Prints the resident
//! memory of the process PID in KiB before and with the listeners, and the milliseconds from the command's start and from
//! its end until the last was told.

use std::error::Error;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How many connect at once.
const AT_ONCE: usize = 100;

/// How long any event may take.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, key, count, pid, command @ ..] = arguments.as_slice() else {
        return Err("usage: listeners ADDRESS KEY COUNT PID COMMAND…".into());
    };
    let [program, words @ ..] = command else {
        return Err("usage: listeners ADDRESS KEY COUNT PID COMMAND…".into());
    };
    let count: usize = count.parse()?;
    let before = resident(pid)?;
    let mut streams = Vec::with_capacity(count);
    while streams.len() < count {
        let mut opening = JoinSet::new();
        for _ in 0..AT_ONCE.min(count - streams.len()) {
            opening.spawn(open(address.clone(), key.clone()));
        }
        while let Some(opened) = opening.join_next().await {
            streams.push(opened??);
        }
    }
    let with = resident(pid)?;
    let mut waiting = JoinSet::new();
    for mut stream in streams {
        waiting.spawn(async move {
            event(&mut stream).await?;
            // Kept until all have been told.
            Outcome::Ok((stream, Instant::now()))
        });
    }
    let begun = Instant::now();
    let status = tokio::process::Command::new(program)
        .args(words)
        .stdout(std::process::Stdio::null())
        .status()
        .await?;
    let ended = Instant::now();
    if !status.success() {
        return Err("the command failed".into());
    }
    let told = waiting.join_all().await.into_iter().collect::<Outcome<Vec<_>>>()?;
    let last = told.iter().map(|(_, at)| *at).max().unwrap_or(begun);
    let since = |moment: Instant| last.saturating_duration_since(moment).as_millis();
    println!("RESULT {before} {with} {} {}", since(begun), since(ended));
    Ok(())
}

async fn open(address: String, key: String) -> Outcome<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /api/connector/v1/settings/events HTTP/1.1\r\nHost: bench\r\nX-Api-Key: {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    event(&mut stream).await?;
    Ok(stream)
}

/// Reads up to the end of an event.
async fn event(stream: &mut TcpStream) -> Outcome<()> {
    let mut seen = Vec::new();
    loop {
        let mut piece = [0; 1024];
        let length = timeout(PATIENCE, stream.read(&mut piece)).await??;
        if length == 0 {
            return Err(format!("hung up after {}", String::from_utf8_lossy(&seen)).into());
        }
        seen.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&seen);
        if text.split_once("data: ").is_some_and(|(_, rest)| rest.contains("\n\n")) {
            return Ok(());
        }
    }
}

fn resident(pid: &str) -> Outcome<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmRSS")?.parse()?)
}
