//! Links between the pages of a list that is ordered by time.

use crate::pages::integration::page_url::PageUrl;
use leptos::prelude::*;

/// Renders the links to older and to the newest entries, if there are any. `last` is the ID of the last entry of a page
/// that has older ones.
pub fn pager(label: &'static str, url: &PageUrl, last: Option<String>) -> Option<impl IntoView + use<>> {
    let older = last.map(|last| {
        view! {
            <a class="button small" rel="next" href=url.clone().with("before", last).to_string()>
                "Older"
            </a>
        }
    });
    let newest = (!url.get("before").is_empty()).then(|| {
        view! {
            <a class="button small" href=url.clone().with("before", "").to_string()>
                "Newest"
            </a>
        }
    });
    (older.is_some() || newest.is_some()).then(|| {
        view! {
            <nav class="card-footer pager" aria-label=label>
                {newest}
                {older}
            </nav>
        }
    })
}
