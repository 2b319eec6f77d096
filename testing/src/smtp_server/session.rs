//! One SMTP session (RFC 5321) of the server.

use super::client::Client;
use super::email::ReceivedEmail;
use super::{Behavior, Encryption, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io;
use std::mem;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// The number of lines that [`Behavior::CloseWithinData`] reads.
const LINES_BEFORE_CLOSE: usize = 3;

const NON_ASCII_ADDRESS: &str = "553 5.6.7 Address requires SMTPUTF8";

/// Serves a connection until one side closes it.
pub(super) async fn serve(stream: TcpStream, state: &State) -> io::Result<()> {
    match &state.encryption {
        Encryption::None => {
            Session::new(stream, state).start().await?;
        }
        Encryption::Implicit(tls) => {
            let stream = tls.accept(stream).await?;
            Session::new(stream, state).start().await?;
        }
        Encryption::StartTls(tls) => {
            let mut session = Session::new(stream, state);
            session.offers_starttls = true;
            if session.start().await? == End::StartTls {
                // Forgets the session, and drops commands that followed STARTTLS without encryption (RFC 3207 §4.2).
                let stream = tls.accept(session.client.into_stream()).await?;
                Session::new(stream, state).run().await?;
            }
        }
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum End {
    Closed,
    StartTls,
}

struct Session<'a, S> {
    client: Client<'a, S>,
    state: &'a State,
    offers_starttls: bool,
    greeted: bool,
    authenticated: bool,
    /// Whether MAIL had the parameter SMTPUTF8.
    smtputf8: bool,
    sender: Option<String>,
    recipients: Vec<String>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Session<'a, S> {
    fn new(stream: S, state: &'a State) -> Self {
        Self {
            client: Client::new(stream, state),
            state,
            offers_starttls: false,
            greeted: false,
            authenticated: false,
            smtputf8: false,
            sender: None,
            recipients: Vec::new(),
        }
    }

    /// Sends the greeting, and runs the session.
    async fn start(&mut self) -> io::Result<End> {
        if self.state.behavior() == Behavior::StallOnConnect {
            self.client.wait_for_close().await?;
            return Ok(End::Closed);
        }
        self.client.reply("220 localhost ESMTP").await?;
        self.run().await
    }

    /// Executes commands until the session ends.
    async fn run(&mut self) -> io::Result<End> {
        loop {
            let line = self.client.read_command().await?;
            let (verb, argument) = line.split_once(' ').unwrap_or((line.as_str(), ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.ehlo().await?,
                "HELO" => {
                    self.reset();
                    self.greeted = true;
                    self.client.reply("250 localhost").await?;
                }
                "STARTTLS" if self.offers_starttls => {
                    self.client.reply("220 2.0.0 Ready to start TLS").await?;
                    return Ok(End::StartTls);
                }
                "AUTH" => self.auth(argument).await?,
                "MAIL" => self.mail(argument).await?,
                "RCPT" => self.rcpt(argument).await?,
                "DATA" => {
                    if self.data().await?.is_break() {
                        break;
                    }
                }
                "RSET" => {
                    self.reset();
                    self.client.reply("250 2.0.0 Reset").await?;
                }
                "NOOP" => self.client.reply("250 2.0.0 OK").await?,
                "QUIT" => {
                    self.client.reply("221 2.0.0 Closing the connection").await?;
                    break;
                }
                _ => self.client.reply("502 5.5.1 Command not implemented").await?,
            }
        }
        self.client.close().await?;
        Ok(End::Closed)
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    async fn ehlo(&mut self) -> io::Result<()> {
        self.reset();
        self.greeted = true;
        let mut reply = "250-localhost\r\n".to_owned();
        if !self.state.hides_smtputf8.load(Ordering::Relaxed) {
            reply.push_str("250-SMTPUTF8\r\n");
        }
        if self.offers_starttls {
            reply.push_str("250-STARTTLS\r\n");
        }
        // Also without encryption: a test then sees that a client sent its password in plain text.
        if matches!(self.state.behavior(), Behavior::RequireAuth { .. }) {
            reply.push_str("250-AUTH PLAIN LOGIN\r\n");
        }
        reply.push_str("250 8BITMIME");
        self.client.reply(&reply).await
    }

    /// Checks the credentials of PLAIN (RFC 4616) or LOGIN, with or without an initial response.
    async fn auth(&mut self, argument: &str) -> io::Result<()> {
        let Behavior::RequireAuth { user, password } = self.state.behavior() else {
            return self.client.reply("502 5.5.1 Authentication not available").await;
        };
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        let valid = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let response = self.auth_response(initial, "").await?;
                // The identity to act as, which may be empty, precedes the user name.
                let credentials = response.split_once('\0').map(|(_, credentials)| credentials);
                credentials == Some(format!("{user}\0{password}").as_str())
            }
            "LOGIN" => {
                let given_user = self.auth_response(initial, "Username:").await?;
                let given_password = self.auth_response("", "Password:").await?;
                given_user == user && given_password == password
            }
            _ => return self.client.reply("504 5.5.4 Mechanism not supported").await,
        };
        self.authenticated = valid;
        let reply = if valid {
            "235 2.7.0 Authenticated"
        } else {
            "535 5.7.8 Wrong credentials"
        };
        self.client.reply(reply).await
    }

    /// Returns the decoded initial response or, if it is empty, the client's response to this challenge. Returns an empty
    /// string if it is not Base64, or not UTF-8.
    async fn auth_response(&mut self, initial: &str, challenge: &str) -> io::Result<String> {
        let encoded = if initial.is_empty() {
            self.client
                .reply(&format!("334 {}", STANDARD.encode(challenge)))
                .await?;
            self.client.read_command().await?
        } else {
            initial.to_owned()
        };
        let decoded = STANDARD.decode(encoded).unwrap_or_default();
        Ok(String::from_utf8(decoded).unwrap_or_default())
    }

    async fn mail(&mut self, argument: &str) -> io::Result<()> {
        let Some((address, parameters)) = parse_path(argument, "FROM:") else {
            return self.client.reply("501 5.5.4 Syntax: MAIL FROM:<address>").await;
        };
        let behavior = self.state.behavior();
        let smtputf8 = parameters
            .split_ascii_whitespace()
            .any(|parameter| parameter.eq_ignore_ascii_case("SMTPUTF8"));
        let reply = if !self.greeted || self.sender.is_some() {
            "503 5.5.1 Bad sequence of commands"
        } else if matches!(behavior, Behavior::RequireAuth { .. }) && !self.authenticated {
            "530 5.7.0 Authentication required"
        } else if behavior == Behavior::RejectSender {
            "451 4.7.1 Sender rejected, try again later"
        } else if smtputf8 && self.state.hides_smtputf8.load(Ordering::Relaxed) {
            "555 5.5.4 SMTPUTF8 not supported"
        } else if !smtputf8 && !address.is_ascii() {
            NON_ASCII_ADDRESS
        } else {
            self.smtputf8 = smtputf8;
            self.sender = Some(address.to_owned());
            "250 2.1.0 Sender accepted"
        };
        self.client.reply(reply).await
    }

    async fn rcpt(&mut self, argument: &str) -> io::Result<()> {
        let Some((address, _)) = parse_path(argument, "TO:") else {
            return self.client.reply("501 5.5.4 Syntax: RCPT TO:<address>").await;
        };
        let reply = if self.sender.is_none() {
            "503 5.5.1 Bad sequence of commands"
        } else if self.state.behavior() == Behavior::RejectRecipient {
            "550 5.1.1 No such mailbox"
        } else if !self.smtputf8 && !address.is_ascii() {
            NON_ASCII_ADDRESS
        } else {
            self.recipients.push(address.to_owned());
            "250 2.1.5 Recipient accepted"
        };
        self.client.reply(reply).await
    }

    /// Receives the content of a message. Returns `Break` if the connection is to be closed.
    async fn data(&mut self) -> io::Result<ControlFlow<()>> {
        if self.recipients.is_empty() {
            self.client.reply("503 5.5.1 Bad sequence of commands").await?;
            return Ok(ControlFlow::Continue(()));
        }
        let behavior = self.state.behavior();
        if behavior == Behavior::CloseBeforeData {
            return Ok(ControlFlow::Break(()));
        }
        self.client
            .reply("354 End with a line that contains only a dot")
            .await?;
        let mut lines = Vec::new();
        loop {
            let mut line = self.client.read_content_line().await?;
            if line == b"." {
                break;
            }
            if line.starts_with(b".") {
                line.remove(0);
            }
            lines.push(line);
            if behavior == Behavior::CloseWithinData && lines.len() == LINES_BEFORE_CLOSE {
                return Ok(ControlFlow::Break(()));
            }
        }
        let sender = self.sender.take().unwrap_or_default();
        let email = ReceivedEmail::new(sender, mem::take(&mut self.recipients), &lines);
        let reply = match self.state.behavior() {
            Behavior::RejectData => "554 5.6.0 Message rejected",
            Behavior::DeferData => "451 4.3.0 Try again later",
            Behavior::CloseWithinData => return Ok(ControlFlow::Break(())),
            Behavior::CloseAfterData => {
                self.keep(email);
                return Ok(ControlFlow::Break(()));
            }
            Behavior::StallAfterData => {
                self.keep(email);
                self.client.wait_for_close().await?;
                return Ok(ControlFlow::Break(()));
            }
            _ => {
                // Before the reply, so that a test finds the message as soon as the client returns.
                self.keep(email);
                "250 2.0.0 Message accepted"
            }
        };
        self.client.reply(reply).await?;
        Ok(ControlFlow::Continue(()))
    }

    fn keep(&self, email: ReceivedEmail) {
        self.state.emails.lock().unwrap().push(email);
    }
}

/// Splits the argument of MAIL or RCPT into the address and the parameters.
fn parse_path<'a>(argument: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (start, rest) = argument.split_at_checked(keyword.len())?;
    if !start.eq_ignore_ascii_case(keyword) {
        return None;
    }
    rest.trim_start().strip_prefix('<')?.rsplit_once('>')
}
