//! The WebAssembly entry point, which hydrates the pages that the server rendered.

use leptos::mount::hydrate_from_async;
use leptos::prelude::document;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Hydrates the page. The script that the server adds to every page calls it.
///
/// After hydration and the first effects, it sets `data-live` on `<body>`, so that browser automation knows when event
/// handlers are attached.
#[wasm_bindgen]
pub fn hydrate() {
    // Without this hook the browser's console would only show "unreachable". `public/crash-notice.js` informs the user.
    std::panic::set_hook(Box::new(|panic| leptos::logging::error!("{panic}")));
    spawn_local(async {
        let Some(body) = document().body() else { return };
        hydrate_from_async(body.clone(), app::App).await.forget();
        leptos::task::tick().await;
        if body.set_attribute("data-live", "").is_err() {
            leptos::logging::error!("could not mark the page as hydrated");
        }
    });
}

/// The size of [`DATA_PADDING`] in bytes, which `script/tools/wasm-bundler` knows too.
const DATA_PADDING_BYTES: usize = 4096;

/// Makes the data longer. The splitter leaves the data of all pages in the base module if it takes more space than before
/// when it is aligned for each lazily loaded module. Nothing refers to these bytes, so no module contains them.
#[used]
static DATA_PADDING: [u8; DATA_PADDING_BYTES] = [0xff; DATA_PADDING_BYTES];
