//! Runs the `gatehouse` binary in a temporary folder.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Holds the working directory and environment of the binary.
pub struct TestProgram {
    folder: TempDir,
    variables: Vec<(String, String)>,
    open_files: Option<u32>,
}

/// Holds the exit status and output of a command.
#[derive(Debug)]
pub struct CommandOutput {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Holds a running `gatehouse serve` process.
pub struct ServerProcess {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    log: PathBuf,
    /// The standard output read so far.
    pub printed: String,
    pub origin: String,
}

impl TestProgram {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            variables: vec![("GATEHOUSE_ADDR".to_owned(), "127.0.0.1:0".to_owned())],
            open_files: None,
        }
    }

    pub fn with_env(mut self, variable: &str, value: &str) -> Self {
        self.variables.retain(|(name, _)| name != variable);
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// Limits the number of open files.
    pub fn with_open_files(mut self, count: u32) -> Self {
        self.open_files = Some(count);
        self
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
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
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.variables.iter().cloned());
        command
    }

    /// Runs a command and waits until it exits.
    pub fn run(&self, arguments: &[&str], input: &str) -> CommandOutput {
        let mut command = self.command(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that fails early does not read its input.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        CommandOutput {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that must succeed and parses its JSON output.
    pub fn json(&self, arguments: &[&str], input: &str) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        let outcome = self.run(&arguments, input);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""), "{arguments:?}");
        serde_json::from_str(&outcome.stdout).unwrap()
    }

    /// Creates an account with the administrator `ada@example.com`.
    pub fn create_account(&self) -> Value {
        let arguments = [
            "account",
            "create",
            "--name",
            "Northwind",
            "--admin-name",
            "Ada Lovelace",
            "--admin-email",
        ];
        let arguments: Vec<&str> = arguments.into_iter().chain([crate::test_site::EMAIL]).collect();
        self.json(&arguments, crate::test_site::PASSWORD)
    }

    pub fn serve(&self, arguments: &[&str]) -> ServerProcess {
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        self.serve_logging_to(arguments, file.into())
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Starts the server with its standard error redirected to `stderr` instead of the file that
    /// [`ServerProcess::log`] reads.
    pub fn serve_logging_to(&self, arguments: &[&str], stderr: Stdio) -> ServerProcess {
        let arguments: Vec<&str> = ["serve"].into_iter().chain(arguments.iter().copied()).collect();
        let mut child = self
            .command(&arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut server = ServerProcess {
            child,
            stdout,
            log: self.log(),
            printed: String::new(),
            origin: String::new(),
        };
        let line = server.read_line();
        server.origin = line
            .trim()
            .strip_prefix("Gatehouse is listening on ")
            .unwrap_or_else(|| panic!("{line}"))
            .to_owned();
        server
    }
}

impl ServerProcess {
    /// Reads the next line of standard output.
    pub fn read_line(&mut self) -> String {
        let mut line = String::new();
        let count = self.stdout.read_line(&mut line).unwrap();
        assert!(count > 0, "the server ended: {}", self.log());
        self.printed.push_str(&line);
        line
    }

    /// Reads standard output up to the setup code and returns the code.
    pub fn setup_code(&mut self) -> String {
        while !self.read_line().contains("setup code") {}
        self.read_line().trim().to_owned()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Returns the process id.
    pub fn pid(&self) -> u32 {
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

    /// Waits until the process exits and returns the exit code.
    pub fn wait_for_exit(&mut self) -> Option<i32> {
        let status = self.child.wait().unwrap();
        self.stdout.read_to_string(&mut self.printed).unwrap();
        status.code()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // The process has already exited if the test waited for it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
