//! Tests the data directory and the rotation of the master key.

use crate::test_program::TestProgram;
use serde_json::json;

#[test]
fn data_directory_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let program = TestProgram::new();
    assert_eq!(program.json(&["migrate"], ""), json!({ "migrated": true }));
    let mode = |path: &str| {
        std::fs::metadata(program.folder().join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode("data"), mode("data/master.key")), (0o700, 0o600));
}

#[test]
fn master_key_rotation_keeps_secrets_readable() {
    let program = TestProgram::new();
    program.create_account();
    program.json(&["consumer", "create", "--name", "Web shop"], "");
    let file = program.folder().join("data/master.key");
    let before = std::fs::read_to_string(&file).unwrap();
    assert_eq!(program.json(&["master-key", "rotate"], "")["keys"], 2);
    assert_eq!(program.json(&["master-key", "drop-old"], "")["dropped"], 1);
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(!after.contains(before.trim()) && after.trim().len() == before.trim().len());
    program.json(&["consumer", "list"], "");
}
