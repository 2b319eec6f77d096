//! Effects and memos of few types. The browser downloads the code of each closure that Leptos runs as an effect or a memo; here
//! they are boxed first.

use leptos::prelude::*;

/// Calls `run` when the page is live, and again whenever a signal that it read changes. Never on the server.
pub fn effect(mut run: impl FnMut() + 'static) {
    boxed_effect(Box::new(move |_| run()));
}

/// Does the same as [`effect`], except that the first call only finds which signals are read: `run` is told by `true`.
pub fn effect_with_first(run: impl FnMut(bool) + 'static) {
    boxed_effect(Box::new(run));
}

fn boxed_effect(mut run: Box<dyn FnMut(bool)>) {
    let mut is_first = true;
    Effect::new(move |_: Option<()>| {
        run(is_first);
        is_first = false;
    });
}

/// Returns what `value` returns, computed again when a signal that it read changes. Whoever reads the memo is notified only if
/// the result differs from the last one.
pub fn memo<T>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    boxed_memo(Box::new(value))
}

fn boxed_memo<T>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| value())
}
