//! The error page. It doesn't depend on the app, so that it can be shown when rendering the app fails.

use crate::documents::standalone_page::standalone_page;
use crate::error::AppError;
use leptos::prelude::*;

/// Renders the document with the error and the request ID that the log has.
///
/// It uses the portal's style sheet and icon, and no script.
#[must_use]
pub fn error_page(options: LeptosOptions, error: &AppError, request_id: &str) -> String {
    let (title, lead) = match error {
        AppError::Internal { .. } => (
            "Something went wrong on the server",
            "Try again in a moment. If the problem continues, send your administrator the request ID below.".to_owned(),
        ),
        other => ("This page couldn’t be loaded", other.to_string()),
    };
    standalone_page(options, title, None, || {
        view! {
            <h1 id="auth-title">{title}</h1>
            <p class="lead">{lead}</p>
            <p class="request-id">"Request ID: " <code class="inline-code">{request_id.to_owned()}</code></p>
            <div class="button-pair">
                <a class="button primary" href="">
                    "Try again"
                </a>
                <a class="button" href="/">
                    "Go to the dashboard"
                </a>
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(error: &AppError) -> String {
        error_page(
            LeptosOptions::builder().output_name("gatehouse").build(),
            error,
            "0193<script>",
        )
    }

    #[test]
    fn request_id_with_markup_is_shown_escaped() {
        let page = page(&AppError::Internal {
            request_id: String::new(),
        });
        assert!(page.starts_with("<!DOCTYPE html><html"), "{page}");
        assert!(page.contains("0193&lt;script&gt;"), "{page}");
        assert!(page.contains("/gatehouse.css"), "{page}");
    }

    #[test]
    fn unavailable_portal_says_to_try_again() {
        assert!(page(&AppError::Unavailable).contains("Try again in a minute."));
    }
}
