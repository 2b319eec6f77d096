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

/// Room for aligning the data that is moved into lazily loaded modules, in bytes. The splitter leaves the data of all pages
/// in the base module if it takes more space than before, aligned for each module. Nothing refers to these bytes, so no
/// module contains them.
const ROOM_FOR_DATA: usize = 4096;

#[used]
static ROOM: [u8; ROOM_FOR_DATA] = [0xff; ROOM_FOR_DATA];
