//! The log, on standard error. Whatever becomes of that, requests go on: lines that cannot be written are counted, and the
//! next one that can be is preceded by how many were lost.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// How many lines wait for one that is being written.
const MAX_WAITING_LINES: usize = 4096;

/// How long whoever logs waits for room. A reader may be slow, but one that has stopped must not stop the server.
const MAX_WAIT: Duration = Duration::from_millis(100);

/// How long the end of the process waits for the last lines.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

static LOG: OnceLock<LogWriter> = OnceLock::new();

/// Logs to standard error by `filter`, and what a panic says with it, under the id of the request that it ended.
pub fn log_to_stderr(filter: &str) {
    let Ok(writer) = LogWriter::start(io::stderr()) else {
        return;
    };
    let writer = LOG.get_or_init(|| writer).clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(writer)
        // It would say on standard error that standard error cannot be written, and panic.
        .log_internal_errors(false)
        .with_ansi(io::IsTerminal::is_terminal(&io::stderr()));
    if subscriber.try_init().is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let said = panic.payload_as_str().unwrap_or("nothing");
            tracing::error!(place, said, "panicked");
        }));
    }
}

/// Waits a moment until what was logged is written.
pub fn flush() {
    if let Some(writer) = LOG.get() {
        writer.flush_within(FLUSH_TIMEOUT);
    }
}

/// Returns how many lines could not be written since the process began.
#[must_use]
pub fn lost_lines() -> u64 {
    LOG.get().map_or(0, |writer| writer.counts.lost.load(Ordering::Relaxed))
}

/// Hands lines to the thread that writes them: a write to a pipe that nobody empties never returns.
#[derive(Debug, Clone)]
struct LogWriter {
    lines: SyncSender<Line>,
    counts: Arc<Counts>,
}

#[derive(Debug)]
enum Line {
    Text(Vec<u8>),
    /// Asks to be told when everything before it is written.
    Flush(SyncSender<()>),
}

#[derive(Debug, Default)]
struct Counts {
    lost: AtomicU64,
    /// Whether nobody waits for room any more, until a line has been written.
    is_stuck: AtomicBool,
}

impl LogWriter {
    /// # Errors
    /// Where the system has no more threads.
    fn start(out: impl Write + Send + 'static) -> io::Result<Self> {
        let (lines, waiting) = sync_channel(MAX_WAITING_LINES);
        let counts = Arc::<Counts>::default();
        let writer = Self {
            lines,
            counts: Arc::clone(&counts),
        };
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_lines(out, &waiting, &counts))?;
        Ok(writer)
    }

    fn send(&self, text: &[u8]) {
        let mut line = Line::Text(text.to_vec());
        let begun = Instant::now();
        loop {
            match self.lines.try_send(line) {
                Ok(()) => return,
                Err(TrySendError::Full(unsent)) if !self.counts.is_stuck.load(Ordering::Relaxed) => {
                    if begun.elapsed() >= MAX_WAIT {
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

    fn flush_within(&self, patience: Duration) {
        let (done, is_done) = sync_channel(1);
        if self.lines.try_send(Line::Flush(done)).is_ok() {
            // Too late or not, there is nothing more to do.
            let _ = is_done.recv_timeout(patience);
        }
    }
}

/// Writes lines until there is nobody left who could log.
fn write_lines(mut out: impl Write, lines: &Receiver<Line>, counts: &Counts) {
    let mut told = 0;
    for line in lines {
        let text = match line {
            Line::Text(text) => text,
            Line::Flush(done) => {
                // Who asked may have gone on already.
                let _ = done.try_send(());
                continue;
            }
        };
        let lost = counts.lost.load(Ordering::Relaxed);
        if lost > told {
            let sentence = format!("{} log lines could not be written and are lost\n", lost - told);
            if out.write_all(sentence.as_bytes()).is_err() {
                counts.lost.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            told = lost;
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

    /// Standard error as a test has it.
    #[derive(Clone, Default)]
    struct Out(Arc<(Mutex<State>, Condvar)>);

    #[derive(Default)]
    struct State {
        text: String,
        fails: bool,
        hangs: bool,
    }

    impl Out {
        fn set(&self, fails: bool, hangs: bool) {
            let mut state = self.0.0.lock().unwrap();
            (state.fails, state.hangs) = (fails, hangs);
            self.0.1.notify_all();
        }

        fn text(&self) -> String {
            self.0.0.lock().unwrap().text.clone()
        }
    }

    impl Write for Out {
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
    fn failed_writes_are_counted_and_the_next_success_says_how_many() {
        let out = Out::default();
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
            "one\n3 log lines could not be written and are lost\ntwo\nthree\n"
        );
    }

    #[test]
    fn a_reader_that_has_stopped_does_not_stop_who_logs() {
        let out = Out::default();
        out.set(false, true);
        let writer = LogWriter::start(out.clone()).unwrap();
        let begun = Instant::now();
        for _ in 0..3 * MAX_WAITING_LINES {
            writer.send(b"line\n");
        }
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        out.set(false, false);
        // Every line was written or counted, whenever the reader went on.
        let mut lost = 0;
        for _ in 0..100 {
            writer.flush_within(FLUSH_TIMEOUT);
            lost = writer.counts.lost.load(Ordering::Relaxed) as usize;
            if out.text().lines().count() >= 3 * MAX_WAITING_LINES - lost {
                break;
            }
        }
        let text = out.text();
        let written = text.lines().filter(|line| *line == "line").count();
        assert_eq!(written + lost, 3 * MAX_WAITING_LINES);
        assert!(lost > MAX_WAITING_LINES, "{lost}");
        assert!(
            text.contains(" log lines could not be written and are lost"),
            "{text:.100}"
        );
    }
}
