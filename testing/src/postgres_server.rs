//! A PostgreSQL server for a single test, which the test may break.

use portal::Location;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A running server that stops when this value is dropped.
pub struct PostgresServer {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl PostgresServer {
    /// Returns the ID of the user that a server runs as: `postgres` when the test runs as root.
    pub fn user() -> Option<String> {
        let arguments: &[&str] = if is_root() { &["-u", "postgres"] } else { &["-u"] };
        let output = Command::new("id").args(arguments).output().ok()?;
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(id)
    }

    /// Starts a server, or returns `None` where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let programs = programs()?;
        // The path of a Unix socket must be short, so the folder is in `/tmp`.
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").unwrap();
        if is_root() {
            let status = Command::new("chown").arg("postgres").arg(folder.path()).status();
            assert!(status.unwrap().success());
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { folder, programs, port };
        server.run(
            "initdb",
            &["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"],
        );
        let folder = server.folder.path().display();
        let options = format!("-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=50");
        let log = format!("--log={folder}/log");
        server.run("pg_ctl", &["start", "--silent", "--wait", &log, "--options", &options]);
        Some(server)
    }

    /// Returns the location of one of its databases.
    pub fn location(&self, database: &str) -> Location {
        Location::Postgres(format!("postgres://postgres@127.0.0.1:{}/{database}", self.port))
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
            command.arg(program);
            command
        } else {
            Command::new(program)
        };
        let status = command
            .args(arguments)
            .arg("--pgdata")
            .arg(self.folder.path().join("data"))
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "{arguments:?}");
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.run("pg_ctl", &["stop", "--silent", "--wait", "--mode=immediate"]);
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

/// Returns the folder with the PostgreSQL programs; Debian does not put them on the `PATH`.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
    folders.sort();
    let has_programs = |folder: &Path| folder.join("initdb").exists() && folder.join("pg_ctl").exists();
    folders.into_iter().rev().find(|folder| has_programs(folder))
}
