//! The page that leads on after a form, where a redirect would be blocked.

use crate::documents::standalone_page::standalone_page;
use domain::local_path::local_path;
use domain::oauth2::redirect_uri::place;
use leptos::prelude::*;

/// Renders a page that goes to `address` at once, with a link for browsers that wait for a click, as some do before they
/// open an address of a private-use scheme (RFC 8252 §7.1).
#[must_use]
pub fn redirect_page(options: LeptosOptions, address: &str) -> String {
    let lead = if local_path(address).is_some() {
        "You’re being redirected.".to_owned()
    } else {
        format!("You’re being redirected to {}.", place(address))
    };
    let address = address.to_owned();
    standalone_page(options, "Redirecting", Some(&address.clone()), || {
        view! {
            <h1 id="gate-title">"Redirecting"</h1>
            <p class="lead">{lead} " If nothing happens, select Continue."</p>
            <div class="choice">
                <a class="button primary" href=address>
                    "Continue"
                </a>
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(address: &str) -> String {
        redirect_page(LeptosOptions::builder().output_name("gatehouse").build(), address)
    }

    #[test]
    fn it_goes_to_the_address_at_once_and_names_where_that_is() {
        let page = page("https://app.example.com/back?code=1&state=2");
        let address = "https://app.example.com/back?code=1&amp;state=2";
        assert!(page.contains(&format!("content=\"0; url={address}\"")), "{page}");
        assert!(page.contains(&format!("href=\"{address}\"")), "{page}");
        assert!(page.contains("redirected to app.example.com."), "{page}");
    }

    #[test]
    fn nothing_of_the_address_is_markup() {
        let page = page("https://app.example.com/?state=\"><b id=marker>'");
        assert!(!page.contains("<b id="), "{page}");
        assert!(!page.contains("state=\""), "{page}");
    }
}
