//! Views that are rendered again when their signals change.

use leptos::prelude::*;
use leptos::tachys::reactive_graph::SharedReactiveFunction;
use std::sync::{Arc, Mutex};

/// Renders the output of `view`, again whenever a signal that it read changes. A closure in a view does the same, but has a
/// type of its own, and the browser downloads the code that renders each type.
pub fn dynamic<V: IntoView + 'static>(mut view: impl FnMut() -> V + Send + 'static) -> AnyView {
    let function: SharedReactiveFunction<AnyView> = Arc::new(Mutex::new(move || view().into_any()));
    function.into_any()
}
