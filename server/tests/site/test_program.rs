//! The program itself, in a folder of its own.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A folder with everything that the program keeps.
pub struct Program {
    folder: TempDir,
    variables: Vec<(String, String)>,
    open_files: Option<u32>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// The program serving.
pub struct Server {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    log: PathBuf,
    /// What it has printed so far.
    pub printed: String,
    pub origin: String,
}

impl Program {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            variables: vec![("GATEHOUSE_ADDR".to_owned(), "127.0.0.1:0".to_owned())],
            open_files: None,
        }
    }

    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.retain(|(name, _)| name != variable);
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// With so many open files at most.
    pub fn with_open_files(mut self, count: u32) -> Self {
        self.open_files = Some(count);
        self
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_gatehouse");
        let mut command = match self.open_files {
            None => Command::new(program),
            Some(count) => {
                let mut command = Command::new("/bin/sh");
                command.args(["-c", &format!("ulimit -n {count}; exec \"$0\" \"$@\""), program]);
                command
            }
        };
        command
            .args(words)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.variables.iter().cloned());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, words: &[&str], input: &str) -> Outcome {
        let mut command = self.command(words);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that fails early does not read.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Outcome {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that must succeed, and reads its JSON.
    pub fn json(&self, words: &[&str], input: &str) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        let outcome = self.run(&words, input);
        assert_eq!((outcome.status, outcome.err.as_str()), (0, ""), "{words:?}");
        serde_json::from_str(&outcome.out).unwrap()
    }

    /// Makes an account with its administrator, `ada@example.com`.
    pub fn account(&self) -> Value {
        let words = [
            "account",
            "create",
            "--name",
            "Northwind",
            "--admin-name",
            "Ada Lovelace",
            "--admin-email",
        ];
        let words: Vec<&str> = words.into_iter().chain([crate::support::EMAIL]).collect();
        self.json(&words, crate::support::PASSWORD)
    }

    pub fn serve(&self, words: &[&str]) -> Server {
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        self.serve_logging_to(words, file.into())
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Serves with another standard error than the file that [`Server::log`] reads.
    pub fn serve_logging_to(&self, words: &[&str], stderr: Stdio) -> Server {
        let words: Vec<&str> = ["serve"].into_iter().chain(words.iter().copied()).collect();
        let mut child = self
            .command(&words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut server = Server {
            child,
            out,
            log: self.log(),
            printed: String::new(),
            origin: String::new(),
        };
        let line = server.line();
        server.origin = line
            .trim()
            .strip_prefix("Gatehouse listens on ")
            .unwrap_or_else(|| panic!("{line}"))
            .to_owned();
        server
    }
}

impl Server {
    /// The next line that the console shows.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        let count = self.out.read_line(&mut line).unwrap();
        assert!(count > 0, "the server ended: {}", self.log());
        self.printed.push_str(&line);
        line
    }

    /// The code that the console shows for the setup page.
    pub fn setup_code(&mut self) -> String {
        while !self.line().contains("setup code") {}
        self.line().trim().to_owned()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for the end; gives the exit code.
    pub fn ended(&mut self) -> Option<i32> {
        let status = self.child.wait().unwrap();
        self.out.read_to_string(&mut self.printed).unwrap();
        status.code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already, if the test has waited for it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
