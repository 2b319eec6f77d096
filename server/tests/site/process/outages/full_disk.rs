//! Tests the server process with a full disk.

use super::Browser;
use crate::credential::Credential;
use crate::process::plaintext_program;
use crate::test_site::{header, session_cookie};
use std::process::Command;
use std::time::{Duration, Instant};
use testing::small_disk::SmallDisk;

/// Exhausts and restores the space for a server's files.
enum DiskSpace {
    Disk(SmallDisk),
    /// A file size limit of the process, where mounting a disk is not permitted.
    Limit(u32),
}

impl DiskSpace {
    fn exhaust(&self) {
        match self {
            Self::Disk(disk) => disk.fill(),
            Self::Limit(id) => limit_file_size(*id, "1"),
        }
    }

    fn restore(&self) {
        match self {
            Self::Disk(disk) => disk.free(),
            Self::Limit(id) => limit_file_size(*id, "unlimited"),
        }
    }
}

fn limit_file_size(pid: u32, bytes: &str) {
    let status = Command::new("prlimit")
        .args(["--pid", &pid.to_string(), &format!("--fsize={bytes}:unlimited")])
        .status();
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn full_disk_is_answered_503_and_recovers_within_a_second() {
    let disk = SmallDisk::mount(24, "0");
    let program = match &disk {
        Some(disk) => plaintext_program().with_env("GATEHOUSE_DATA_DIR", disk.path().to_str().unwrap()),
        None => plaintext_program(),
    };
    program.create_account();
    let credential = Credential::create(&program);
    let server = program.serve(&[]);
    let disk_space = match disk {
        Some(disk) => DiskSpace::Disk(disk),
        None => DiskSpace::Limit(server.pid()),
    };
    let browser = Browser::new(&server);
    let session = session_cookie(&browser.sign_in().await).unwrap();
    let create = async |name: &str| {
        let fields = [("name", name), ("back", "/settings/portal/api-tokens")];
        browser.post("/fn/consumers/create", &session, &fields).await
    };
    assert_eq!(create("Before").await.status(), 200);

    disk_space.exhaust();
    let started = Instant::now();
    while credential.current_user_status(&server).await != 503 {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "the disk never became full"
        );
    }
    let started = Instant::now();
    loop {
        let response = create(&format!("Full {:?}", started.elapsed())).await;
        if response.status() == 503 {
            assert_eq!(header(&response, "retry-after"), "1");
            break;
        }
        assert_eq!(response.status(), 200);
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "the disk never became full"
        );
    }
    let reason = browser.wait_until_not_ready().await;
    assert!(
        reason == "The disk is full.\n" || matches!(disk_space, DiskSpace::Limit(_)),
        "{reason}"
    );
    assert_eq!(browser.text("/healthz").await.0, 200);
    assert_eq!(browser.get("/settings", &session).await.status(), 200);

    disk_space.restore();
    let freed = Instant::now();
    loop {
        let works = [
            credential.current_user_status(&server).await,
            browser.sign_in().await.status(),
            create(&format!("After {:?}", freed.elapsed())).await.status(),
        ];
        if works
            .iter()
            .all(|status| status.is_success() || status.is_redirection())
        {
            break;
        }
        assert!(works.iter().all(|status| *status != 500), "{works:?}");
        assert!(freed.elapsed() < Duration::from_secs(1), "{works:?}");
    }
    browser.wait_until_ready(Duration::from_secs(2)).await;
    for _ in 0..20 {
        assert_eq!(credential.current_user_status(&server).await, 200);
    }
}
