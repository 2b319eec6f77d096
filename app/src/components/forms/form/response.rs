//! Responses to forms, which work with and without script.

use crate::error::AppError;
use leptos::server_fn::ServerFn;
use leptos::server_fn::error::ServerFnUrlError;

/// Responds to a form. On success, redirects to `success_url`. On an error, redirects a browser without script to
/// `retry_url` with the error in the URL, where the page shows it in the filled-in form, independent of the `Referer`
/// header. A script shows the error in its form.
pub fn respond<S: ServerFn>(
    result: portal::Result<()>,
    success_url: &impl std::fmt::Display,
    retry_url: &impl std::fmt::Display,
) -> Result<(), AppError> {
    if let Err(error) = result {
        return Err(respond_error::<S>(error.into(), retry_url));
    }
    leptos_axum::redirect(&success_url.to_string());
    Ok(())
}

/// Redirects a browser without script to `retry_url` with the error in the URL, and returns the error.
pub(crate) fn respond_error<S: ServerFn>(error: AppError, retry_url: &impl std::fmt::Display) -> AppError {
    if crate::context::is_submitted_without_script() {
        // Only the path and query are used, but the library requires an absolute URL.
        let base = format!("http://localhost{}", shorten_url(retry_url.to_string()));
        if let Ok(url) = ServerFnUrlError::new(S::PATH, error.clone()).to_url(&base) {
            leptos_axum::redirect(&format!("{}?{}", url.path(), url.query().unwrap_or_default()));
        }
    }
    error
}

/// The maximum length of the URL that a form redirects back to, in bytes. Browsers and proxies reject much longer ones.
const MAX_URL_BYTES: usize = 30_000;

/// Removes the longest parameters of a URL's query until the URL is short enough. A value that is too long for a URL also
/// exceeds the limit of its field, and the error says so.
fn shorten_url(url: String) -> String {
    if url.len() <= MAX_URL_BYTES {
        return url;
    }
    let Some((path, query)) = url.split_once('?') else {
        return "/".to_owned();
    };
    let mut pairs: Vec<&str> = query.split('&').collect();
    let mut length = url.len();
    while length > MAX_URL_BYTES {
        let Some(longest) = (0..pairs.len()).max_by_key(|index| pairs[*index].len()) else {
            break;
        };
        length -= pairs.remove(longest).len() + 1;
    }
    if pairs.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_longer_than_the_limit_loses_its_longest_values_only() {
        let fits = format!("/page?dialog=new&name={}", "x".repeat(100));
        assert_eq!(shorten_url(fits.clone()), fits);
        let long = "x".repeat(MAX_URL_BYTES);
        for (url, expected) in [
            (format!("/page?dialog=new&name={long}"), "/page?dialog=new"),
            (format!("/page?name={long}"), "/page"),
            (format!("/page?a={long}&dialog=new&b={long}x"), "/page?dialog=new"),
            (format!("/page/{long}"), "/"),
        ] {
            assert_eq!(shorten_url(url), expected);
        }
        let two = format!("/page?a={}&dialog=new&b={}", "x".repeat(20_000), "y".repeat(15_000));
        assert_eq!(shorten_url(two), format!("/page?dialog=new&b={}", "y".repeat(15_000)));
    }
}
