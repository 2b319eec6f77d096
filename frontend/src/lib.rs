//! The wasm entry: makes live what the server rendered.

use leptos::mount::hydrate_from_async;
use leptos::prelude::document;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Called by the script that the server puts on every page.
///
/// Once everything answers, the first effects included, `<body>` says so with `data-live`: whatever drives a browser
/// knows from it that a click will be heard.
#[wasm_bindgen]
pub fn hydrate() {
    // Without this the browser's console would only say "unreachable". The person is told by `public/crash-notice.js`.
    std::panic::set_hook(Box::new(|panic| leptos::logging::error!("{panic}")));
    spawn_local(async {
        let Some(body) = document().body() else { return };
        hydrate_from_async(body.clone(), app::App).await.forget();
        leptos::task::tick().await;
        if body.set_attribute("data-live", "").is_err() {
            leptos::logging::error!("the page could not be marked as live");
        }
    });
}
