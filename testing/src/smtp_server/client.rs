//! The connection of an SMTP session: command lines, lines of content and replies.

use super::{Behavior, State};
use std::io::{self, ErrorKind};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// A connection to a client, with or without TLS.
pub(super) struct Client<'a, S> {
    stream: BufReader<S>,
    state: &'a State,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Client<'a, S> {
    pub fn new(stream: S, state: &'a State) -> Self {
        Self {
            stream: BufReader::new(stream),
            state,
        }
    }

    /// Reads and records a command line. A bare LF also ends it, as on many servers, so that a command injected through an
    /// address is recorded as a command of its own.
    pub async fn read_command(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).await?;
        if !line.ends_with(b"\n") {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let command = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
        self.state.commands.lock().unwrap().push(command.clone());
        Ok(command)
    }

    /// Reads a line of the content, without its CRLF. A bare CR or LF is a part of the line.
    pub async fn read_content_line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        line.truncate(line.len() - 2);
        Ok(line)
    }

    /// Waits until the client closes the connection, and ignores what it sends until then.
    pub async fn wait_for_close(&mut self) -> io::Result<()> {
        tokio::io::copy(&mut self.stream, &mut tokio::io::sink()).await?;
        Ok(())
    }

    pub async fn reply(&mut self, reply: &str) -> io::Result<()> {
        if let Behavior::SlowReplies(delay) = self.state.behavior() {
            tokio::time::sleep(delay).await;
        }
        self.stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    pub async fn close(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }

    /// Returns the stream, without what was read from it ahead.
    pub fn into_stream(self) -> S {
        self.stream.into_inner()
    }
}
