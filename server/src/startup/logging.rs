//! Logging to standard error that never blocks requests for long. Lines that can't be written are counted, and the next
//! line that can be written is preceded by the number of lost lines.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// How many lines can be queued while a line is being written.
const MAX_QUEUED_LINES: usize = 4096;

/// How long a thread that logs waits for space in the queue. A slow reader of standard error may delay the server for
/// this long, but a blocked one must not stop it.
const MAX_QUEUE_WAIT: Duration = Duration::from_millis(100);

/// How long the process waits at its end for queued lines to be written.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

static LOG: OnceLock<LogWriter> = OnceLock::new();

/// Sets up logging to standard error with `filter`, and logs panics with the ID of the request that caused them.
pub fn log_to_stderr(filter: &str) {
    let Ok(writer) = LogWriter::start(io::stderr()) else {
        return;
    };
    let writer = LOG.get_or_init(|| writer).clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(writer)
        // The subscriber would report a failed write on standard error itself, and panic.
        .log_internal_errors(false)
        .with_ansi(io::IsTerminal::is_terminal(&io::stderr()));
    if subscriber.try_init().is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let location = panic.location().map(ToString::to_string).unwrap_or_default();
            let payload = panic.payload_as_str().unwrap_or_default();
            tracing::error!(location, payload, "panic");
        }));
    }
}

/// Waits up to one second until the queued lines are written.
pub fn flush() {
    if let Some(writer) = LOG.get() {
        writer.flush_within(FLUSH_TIMEOUT);
    }
}

/// Returns how many lines could not be written since the process started.
#[must_use]
pub fn lost_line_count() -> u64 {
    LOG.get().map_or(0, |writer| writer.counts.lost.load(Ordering::Relaxed))
}

/// Sends lines to a writer thread, as a write to a full pipe that nobody reads never returns.
#[derive(Debug, Clone)]
struct LogWriter {
    lines: SyncSender<Line>,
    counts: Arc<Counts>,
}

#[derive(Debug)]
enum Line {
    Text(Vec<u8>),
    /// Asks for a signal once all previous lines are written.
    Flush(SyncSender<()>),
}

#[derive(Debug, Default)]
struct Counts {
    lost: AtomicU64,
    /// Whether the writer is stuck. Until it has written a line again, lines are dropped without waiting for space.
    is_stuck: AtomicBool,
}

impl LogWriter {
    /// Starts the writer thread.
    ///
    /// # Errors
    /// When the operating system can't create the thread.
    fn start(out: impl Write + Send + 'static) -> io::Result<Self> {
        let (lines, queue) = sync_channel(MAX_QUEUED_LINES);
        let counts = Arc::<Counts>::default();
        let writer = Self {
            lines,
            counts: Arc::clone(&counts),
        };
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_lines(out, &queue, &counts))?;
        Ok(writer)
    }

    /// Queues a line, or counts it as lost.
    fn send(&self, text: &[u8]) {
        let mut line = Line::Text(text.to_vec());
        let started = Instant::now();
        loop {
            match self.lines.try_send(line) {
                Ok(()) => return,
                Err(TrySendError::Full(unsent)) if !self.counts.is_stuck.load(Ordering::Relaxed) => {
                    if started.elapsed() >= MAX_QUEUE_WAIT {
                        self.counts.is_stuck.store(true, Ordering::Relaxed);
                        break;
                    }
                    line = unsent;
                    thread::sleep(Duration::from_millis(1));
                }
                Err(_) => break,
            }
        }
        self.counts.lost.fetch_add(1, Ordering::Relaxed);
    }

    fn flush_within(&self, timeout: Duration) {
        let (done, flushed) = sync_channel(1);
        if self.lines.try_send(Line::Flush(done)).is_ok() {
            // After the timeout, the remaining lines are given up.
            let _ = flushed.recv_timeout(timeout);
        }
    }
}

/// Writes lines until every sender is dropped.
fn write_lines(mut out: impl Write, lines: &Receiver<Line>, counts: &Counts) {
    let mut reported = 0;
    for line in lines {
        let text = match line {
            Line::Text(text) => text,
            Line::Flush(done) => {
                // The waiting thread may have timed out already.
                let _ = done.try_send(());
                continue;
            }
        };
        let lost = counts.lost.load(Ordering::Relaxed);
        if lost > reported {
            let message = format!(
                "{} log lines were lost because they couldn't be written\n",
                lost - reported
            );
            if out.write_all(message.as_bytes()).is_err() {
                counts.lost.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            reported = lost;
        }
        if out.write_all(&text).and_then(|()| out.flush()).is_err() {
            counts.lost.fetch_add(1, Ordering::Relaxed);
        } else {
            counts.is_stuck.store(false, Ordering::Relaxed);
        }
    }
}

impl Write for LogWriter {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.send(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Condvar, Mutex};

    /// Stands in for standard error; its writes can fail or hang.
    #[derive(Clone, Default)]
    struct TestWriter(Arc<(Mutex<State>, Condvar)>);

    #[derive(Default)]
    struct State {
        text: String,
        fails: bool,
        hangs: bool,
    }

    impl TestWriter {
        fn set(&self, fails: bool, hangs: bool) {
            let mut state = self.0.0.lock().unwrap();
            (state.fails, state.hangs) = (fails, hangs);
            self.0.1.notify_all();
        }

        fn text(&self) -> String {
            self.0.0.lock().unwrap().text.clone()
        }
    }

    impl Write for TestWriter {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            let mut state = self
                .0
                .1
                .wait_while(self.0.0.lock().unwrap(), |state| state.hangs)
                .unwrap();
            if state.fails {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            state.text.push_str(std::str::from_utf8(text).unwrap());
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn failed_writes_are_counted_and_reported_with_the_next_line() {
        let out = TestWriter::default();
        let writer = LogWriter::start(out.clone()).unwrap();
        writer.send(b"one\n");
        writer.flush_within(FLUSH_TIMEOUT);
        out.set(true, false);
        for _ in 0..3 {
            writer.send(b"lost\n");
        }
        writer.flush_within(FLUSH_TIMEOUT);
        assert_eq!(writer.counts.lost.load(Ordering::Relaxed), 3);
        out.set(false, false);
        writer.send(b"two\n");
        writer.send(b"three\n");
        writer.flush_within(FLUSH_TIMEOUT);
        assert_eq!(
            out.text(),
            "one\n3 log lines were lost because they couldn't be written\ntwo\nthree\n"
        );
    }

    #[test]
    fn blocked_writer_does_not_block_logging() {
        let out = TestWriter::default();
        out.set(false, true);
        let writer = LogWriter::start(out.clone()).unwrap();
        let started = Instant::now();
        for _ in 0..3 * MAX_QUEUED_LINES {
            writer.send(b"line\n");
        }
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        out.set(false, false);
        // Every line is either written or counted as lost, whenever the writer continues.
        let deadline = Instant::now() + Duration::from_secs(10);
        let (text, lost) = loop {
            // Returns at once while the queue is full.
            writer.flush_within(FLUSH_TIMEOUT);
            let lost = writer.counts.lost.load(Ordering::Relaxed) as usize;
            let text = out.text();
            let written = text.lines().filter(|line| *line == "line").count();
            if written + lost == 3 * MAX_QUEUED_LINES {
                break (text, lost);
            }
            assert!(Instant::now() < deadline, "{written} lines written, {lost} lost");
            std::thread::yield_now();
        };
        assert!(lost > MAX_QUEUED_LINES, "{lost}");
        assert!(
            text.contains(" log lines were lost because they couldn't be written"),
            "{text:.100}"
        );
    }
}
