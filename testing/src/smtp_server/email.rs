//! A received message.

/// A message that the SMTP server received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedEmail {
    /// The address of MAIL, which is empty for the null sender.
    pub from: String,
    /// The addresses of RCPT.
    pub recipients: Vec<String>,
    /// The content as sent, without dot-stuffing; every line ends with CRLF. Bytes that are not UTF-8 are U+FFFD.
    pub data: String,
    /// The length of the longest line in bytes, without CRLF. RFC 5322 §2.1.1 allows 998.
    pub longest_line: usize,
    /// Whether the content contains CR or LF outside of CRLF, which RFC 5321 §2.3.8 forbids.
    pub has_bare_newline: bool,
}

impl ReceivedEmail {
    /// Creates a message from the lines of its content, without dot-stuffing and CRLF.
    pub(super) fn new(from: String, recipients: Vec<String>, lines: &[Vec<u8>]) -> Self {
        let mut data = String::new();
        for line in lines {
            data.push_str(&String::from_utf8_lossy(line));
            data.push_str("\r\n");
        }
        Self {
            from,
            recipients,
            data,
            longest_line: lines.iter().map(Vec::len).max().unwrap_or_default(),
            has_bare_newline: lines.iter().flatten().any(|byte| matches!(byte, b'\r' | b'\n')),
        }
    }

    /// Returns the unfolded value of the first header field with this name, without decoding it. Case doesn't matter in the
    /// name.
    pub fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.split();
        // Unfolding removes only the CRLF before white space (RFC 5322 §2.2.3).
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", "\t");
        unfolded.split("\r\n").find_map(|field| {
            let (field_name, value) = field.split_once(':')?;
            field_name
                .eq_ignore_ascii_case(name)
                .then(|| value.trim_ascii().to_owned())
        })
    }

    /// Returns what follows the header, without decoding it.
    pub fn body(&self) -> &str {
        self.split().1
    }

    fn split(&self) -> (&str, &str) {
        // Content without a header begins with the empty line.
        if let Some(body) = self.data.strip_prefix("\r\n") {
            return ("", body);
        }
        self.data.split_once("\r\n\r\n").unwrap_or((self.data.as_str(), ""))
    }
}
