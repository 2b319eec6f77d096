mod kills;
mod outages;
mod startup_shutdown;

use crate::test_program::TestProgram;

fn plaintext_program() -> TestProgram {
    TestProgram::new().with_env("GATEHOUSE_OAUTH1_PLAINTEXT_WITHOUT_TLS", "true")
}
