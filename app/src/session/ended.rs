//! Ended sessions: how the part of the app that receives responses reports them to the open page.

use crate::destination::{destination, sign_in_url};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// Shows on the open page that its session has ended. Returns whether there is a page that can show it.
type Handler = Rc<dyn Fn() -> bool>;

thread_local! {
    /// The handler of the open page.
    static HANDLER: RefCell<Option<Handler>> = const { RefCell::new(None) };
}

/// Sets the handler of the open page, which shows that its session has ended and returns whether it could.
pub fn set_session_ended_handler(handler: impl Fn() -> bool + 'static) {
    HANDLER.set(Some(Rc::new(handler)));
}

/// Removes the handler of a page that is being removed.
pub fn clear_session_ended_handler() {
    HANDLER.set(None);
}

/// Reports to the page that its session has ended. Inside the layout, a dialog asks the user to sign in again. A page
/// outside of the layout has no input to lose, so the browser goes to the sign-in page.
pub(super) fn report_session_ended() {
    let handler = HANDLER.with_borrow(Clone::clone);
    if !handler.is_some_and(|show| show()) {
        leave();
    }
}

/// Loads the sign-in page as a new document, so that no data of the ended session stays in the browser.
fn leave() {
    if window().location().set_href(&sign_in_url(&destination())).is_err() {
        leptos::logging::error!("could not open the sign-in page");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn ended_session_is_shown_by_the_open_page() {
        let count = Rc::new(Cell::new(0));
        let shown = count.clone();
        set_session_ended_handler(move || {
            shown.set(shown.get() + 1);
            true
        });
        report_session_ended();
        assert_eq!(count.get(), 1);
    }
}
