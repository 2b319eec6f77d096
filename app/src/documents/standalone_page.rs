//! A page without script, data or the app's layout.

use crate::icons::Logo;
use leptos::prelude::*;
use leptos_meta::HashedStylesheet;

/// Renders a document with the portal's style sheet and icon that shows `content` in a card below the logo.
///
/// With `refresh_to`, the browser loads that URL immediately (the pragma directive `refresh` of HTML).
pub(crate) fn standalone_page<V: IntoView>(
    options: LeptosOptions,
    title: &str,
    refresh_to: Option<&str>,
    content: impl FnOnce() -> V,
) -> String {
    let refresh = refresh_to.map(|url| format!("0; url={url}"));
    // Use a separate owner, because the owner of the page that failed may be disposed of.
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
                    <main class="auth">
                        <div class="auth-brand">
                            <Logo />
                            "Gatehouse"
                        </div>
                        <section class="auth-card" aria-labelledby="auth-title">
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
