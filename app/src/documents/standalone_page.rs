//! A page that stands on its own: no script, no data, no layout of the app around it.

use crate::icons::Mark;
use leptos::prelude::*;
use leptos_meta::HashedStylesheet;

/// Renders a whole document with the portal's style sheet and icon around `content`, a card below the brand.
///
/// With `refresh_to` the browser goes on to that address at once (the pragma directive `refresh` of HTML).
pub(crate) fn standalone_page<V: IntoView>(
    options: LeptosOptions,
    title: &str,
    refresh_to: Option<&str>,
    content: impl FnOnce() -> V,
) -> String {
    let refresh = refresh_to.map(|address| format!("0; url={address}"));
    // Its own owner: the one of the page that failed may be gone.
    let page = Owner::new().with(|| {
        view! {
            <html lang="en">
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content="light dark" />
                    {refresh.map(|content| view! { <meta http-equiv="refresh" content=content /> })}
                    <title>{format!("{title} · Gatehouse")}</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                    <HashedStylesheet options />
                </head>
                <body>
                    <main class="gate">
                        <div class="gate-brand">
                            <Mark />
                            "Gatehouse"
                        </div>
                        <section class="gate-card" aria-labelledby="gate-title">
                            {content().into_view()}
                        </section>
                    </main>
                </body>
            </html>
        }
        .to_html()
    });
    format!("<!DOCTYPE html>{page}")
}
