//! The page for a fault of ours. It stands on its own, so that it can be shown when everything else has failed.

use crate::documents::standalone_page::standalone_page;
use crate::error::Failure;
use leptos::prelude::*;

/// The whole document: what went wrong, and the id under which the request is found in the log.
///
/// It needs the portal's style sheet and icon, and no script.
#[must_use]
pub fn error_page(options: LeptosOptions, failure: &Failure, request_id: &str) -> String {
    let (title, lead) = match failure {
        Failure::Internal { .. } => (
            "Something went wrong on the server",
            "Try again in a moment. If it stays so, give the people who run the portal the number below.".to_owned(),
        ),
        other => ("This cannot be shown", other.to_string()),
    };
    standalone_page(options, title, None, || {
        view! {
            <h1 id="gate-title">{title}</h1>
            <p class="lead">{lead}</p>
            <p class="request-id">"Request " <code class="inline-code">{request_id.to_owned()}</code></p>
            <div class="choice">
                <a class="button primary" href="">
                    "Try again"
                </a>
                <a class="button" href="/">
                    "Go to the start"
                </a>
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(failure: &Failure) -> String {
        error_page(
            LeptosOptions::builder().output_name("gatehouse").build(),
            failure,
            "0193<script>",
        )
    }

    #[test]
    fn it_names_the_request_and_cannot_be_broken_by_it() {
        let page = page(&Failure::Internal {
            request_id: String::new(),
        });
        assert!(page.starts_with("<!DOCTYPE html><html"), "{page}");
        assert!(page.contains("0193&lt;script&gt;"), "{page}");
        assert!(page.contains("/gatehouse.css"), "{page}");
    }

    #[test]
    fn it_says_what_can_be_done() {
        assert!(page(&Failure::Unavailable).contains("Try again in a minute."));
    }
}
