//! Verifies the chain of an account's records.

use crate::database::{fetch_all, fetch_one};
use crate::infra::actor::Actor;
use crate::infra::audit::chain::read_head;
use crate::infra::audit::key;
use crate::infra::audit::record::Record;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::time::Timestamp;
use std::fmt;
use std::str::FromStr;

/// The number of records that are read at once.
const BATCH_ROWS: i64 = 1_000;

/// The maximum number of problems that are reported.
pub const MAX_PROBLEMS: usize = 1_000;

/// The last record of a chain, to be kept outside of the database: its number and its HMAC, as `1234:0a1b…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// The number of the record.
    pub seq: i64,
    /// Its HMAC.
    pub mac: Vec<u8>,
}

/// The error for a text that is not the head of an audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a head as gatehouse audit verify prints it: a number, a colon and 64 hexadecimal digits")]
pub struct ParseAuditHeadError;

impl fmt::Display for AuditHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.seq)?;
        self.mac.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for AuditHead {
    type Err = ParseAuditHeadError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (seq, mac) = text.trim().split_once(':').ok_or(ParseAuditHeadError)?;
        let is_mac = mac.len() == 64 && mac.bytes().all(|byte| byte.is_ascii_hexdigit());
        let seq = seq
            .parse()
            .ok()
            .filter(|seq| *seq > 0 && is_mac)
            .ok_or(ParseAuditHeadError)?;
        let mac = (0..mac.len())
            .step_by(2)
            .map(|index| u8::from_str_radix(&mac[index..index + 2], 16));
        Ok(Self {
            seq,
            mac: mac.collect::<Result<_, _>>().map_err(|_| ParseAuditHeadError)?,
        })
    }
}

/// What is wrong with an audit log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditProblem {
    /// A record isn't the one that was written with this number: it was changed, inserted or moved here.
    #[error("record {seq} of {} was changed, inserted or moved", .at.rfc3339())]
    Changed {
        /// The number of the record.
        seq: i64,
        /// The time that it has now.
        at: Timestamp,
    },
    /// Records are missing.
    #[error("{} missing{}", range(*.first, *.last), between(*.after, *.before))]
    Missing {
        /// The number of the first one.
        first: i64,
        /// The number of the last one.
        last: i64,
        /// The time of the record before them, if there is one.
        after: Option<Timestamp>,
        /// The time of the record after them, if there is one.
        before: Option<Timestamp>,
    },
    /// Records come after the last one of the head.
    #[error("{} written without the key of the audit log", if .first == .last { format!("record {} was", .first) } else { format!("records {} to {} were", .first, .last) })]
    Appended {
        /// The number of the first one.
        first: i64,
        /// The number of the last one.
        last: i64,
    },
    /// The head is missing or not authentic, so it is unknown whether the last records are missing.
    #[error("the head of the audit log is missing or was changed, so later records may be missing")]
    InvalidHead,
    /// The head was missing or not authentic when a record was written.
    #[error(
        "the head of the audit log had been removed or changed before record {seq} was written, so records may be missing before it"
    )]
    ReplacedHead {
        /// The number of the record.
        seq: i64,
    },
    /// The log doesn't contain the record of the head that was kept elsewhere.
    #[error("the given head {0} is not part of this audit log: it was replaced by an older state")]
    UnknownHead(AuditHead),
}

fn range(first: i64, last: i64) -> String {
    if first == last {
        format!("record {first} is")
    } else {
        format!("records {first} to {last} are")
    }
}

fn between(after: Option<Timestamp>, before: Option<Timestamp>) -> String {
    match (after, before) {
        (Some(after), Some(before)) => format!(", between {} and {}", after.rfc3339(), before.rfc3339()),
        (Some(after), None) => format!(", after {}", after.rfc3339()),
        (None, Some(before)) => format!(", before {}", before.rfc3339()),
        (None, None) => String::new(),
    }
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// The number of records that were verified.
    pub verified: i64,
    /// The number of records that are older than the chain.
    pub unchained: i64,
    /// The last record, to be kept outside of the database.
    pub head: Option<AuditHead>,
    /// What is wrong, in the order of the records; at most [`MAX_PROBLEMS`].
    pub problems: Vec<AuditProblem>,
}

/// Verifies the audit log of the operator's account. With `known_head`, also checks that its record is still there.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn verify(portal: &Portal, operator: &Actor, known_head: Option<&AuditHead>) -> Result<AuditReport> {
    let account = operator.account();
    let (head, last) = {
        let mut db = portal.read().await?;
        read_head(portal, &mut db, account).await?
    };
    let mut report = AuditReport {
        verified: 0,
        unchained: 0,
        head: None,
        problems: Vec::new(),
    };
    if head.is_none() {
        report.problems.push(AuditProblem::InvalidHead);
    }
    // Without an authentic head, the records are verified as far as they go.
    let end = head.as_ref().map_or(last, |head| head.last_seq);
    let mut verifier = Verifier {
        report: &mut report,
        next_seq: 1,
        previous: Some(Vec::new()),
        last_at: None,
        replaced_before: head.as_ref().map_or(Vec::new(), |head| head.replaced_before.clone()),
        known_head: known_head.cloned(),
    };
    verifier.run(portal, operator, end).await?;
    if let Some(unknown) = verifier.known_head.take() {
        report.problems.push(AuditProblem::UnknownHead(unknown));
    }
    if last > end {
        let first = end + 1;
        report.problems.push(AuditProblem::Appended { first, last });
    }
    report.head = head.filter(|head| head.last_seq > 0).map(|head| AuditHead {
        seq: head.last_seq,
        mac: head.last_mac,
    });
    let mut db = portal.read().await?;
    let (unchained,) = fetch_one!(
        &mut db,
        (i64,),
        "select count(*) from audit_records where account_id = $1 and seq is null",
        account
    )?;
    report.unchained = unchained;
    report.problems.truncate(MAX_PROBLEMS);
    Ok(report)
}

/// Walks through the records in the order of their numbers.
struct Verifier<'a> {
    report: &'a mut AuditReport,
    next_seq: i64,
    /// The HMAC of the record before the next one, or `None` if it is unknown: the next record can't be verified then.
    previous: Option<Vec<u8>>,
    last_at: Option<Timestamp>,
    replaced_before: Vec<i64>,
    known_head: Option<AuditHead>,
}

impl Verifier<'_> {
    /// Verifies the records up to the one with the number `end`.
    async fn run(&mut self, portal: &Portal, operator: &Actor, end: i64) -> Result<()> {
        #[derive(sqlx::FromRow)]
        struct Row {
            seq: i64,
            mac: Option<Vec<u8>>,
            #[sqlx(flatten)]
            record: Record,
        }
        let key = key::get(portal)?;
        let mut after = self.next_seq - 1;
        while after < end {
            let mut db = portal.read().await?;
            let rows = fetch_all!(
                &mut db,
                Row,
                "select seq, mac, id, account_id, at, user_id, via, credential_id, address, action, subject_id, detail
                 from audit_records where account_id = $1 and seq > $2 and seq <= $3 order by seq limit $4",
                operator.account(),
                after,
                end,
                BATCH_ROWS
            )?;
            drop(db);
            let Some(last) = rows.last() else { break };
            after = last.seq;
            for Row { seq, mac, record } in rows {
                let mac = mac.unwrap_or_default();
                self.skip_to(seq, Some(record.at));
                // A new chain begins where the head was replaced.
                if self.replaced_before.contains(&seq) {
                    self.report.problems.push(AuditProblem::ReplacedHead { seq });
                    self.previous = Some(Vec::new());
                }
                if let Some(previous) = &self.previous {
                    let expected = record.mac(key, seq, previous);
                    if verify_slices_are_equal(&expected, &mac).is_ok() {
                        self.report.verified += 1;
                        self.known_head.take_if(|known| known.seq == seq && known.mac == mac);
                    } else {
                        self.report.problems.push(AuditProblem::Changed { seq, at: record.at });
                    }
                }
                self.previous = Some(mac);
                self.last_at = Some(record.at);
                self.next_seq = seq + 1;
            }
        }
        self.skip_to(end + 1, None);
        Ok(())
    }

    /// Reports the records before the one with the number `seq` that are missing.
    fn skip_to(&mut self, seq: i64, before: Option<Timestamp>) {
        if seq > self.next_seq {
            self.report.problems.push(AuditProblem::Missing {
                first: self.next_seq,
                last: seq - 1,
                after: self.last_at,
                before,
            });
            self.previous = None;
        }
        self.next_seq = seq;
    }
}

impl From<ParseAuditHeadError> for Error {
    fn from(error: ParseAuditHeadError) -> Self {
        Self::field("head", error.to_string())
    }
}
