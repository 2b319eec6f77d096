//! The page that redirects after a form where the browser would block an HTTP redirect.

use crate::documents::standalone_page::standalone_page;
use domain::local_path::local_path;
use domain::oauth2::redirect_uri::display_host;
use leptos::prelude::*;

/// Renders a page that redirects to `url` immediately, with a link for browsers that require a click, as some do
/// before they open a URL with a private-use scheme (RFC 8252 §7.1).
#[must_use]
pub fn redirect_page(options: LeptosOptions, url: &str) -> String {
    let lead = if local_path(url).is_some() {
        "You’re being redirected.".to_owned()
    } else {
        format!("You’re being redirected to {}.", display_host(url))
    };
    let url = url.to_owned();
    standalone_page(options, "Redirecting", Some(&url.clone()), || {
        view! {
            <h1 id="auth-title">"Redirecting"</h1>
            <p class="lead">{lead} " If nothing happens, select Continue."</p>
            <div class="button-pair">
                <a class="button primary" href=url>
                    "Continue"
                </a>
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(url: &str) -> String {
        redirect_page(LeptosOptions::builder().output_name("gatehouse").build(), url)
    }

    #[test]
    fn page_redirects_to_the_url_and_names_its_host() {
        let page = page("https://app.example.com/back?code=1&state=2");
        let url = "https://app.example.com/back?code=1&amp;state=2";
        assert!(page.contains(&format!("content=\"0; url={url}\"")), "{page}");
        assert!(page.contains(&format!("href=\"{url}\"")), "{page}");
        assert!(page.contains("redirected to app.example.com."), "{page}");
    }

    #[test]
    fn url_with_markup_is_escaped() {
        let page = page("https://app.example.com/?state=\"><b id=marker>'");
        assert!(!page.contains("<b id="), "{page}");
        assert!(!page.contains("state=\""), "{page}");
    }
}
