//! The session of the open page: the user that it was loaded for, and how responses report that this has changed.

use crate::routing::destination::{destination, sign_in_url};
use domain::ids::UserId;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The request header with the ID of the user that the page was loaded for. The server rejects changes for another user, who
/// may have signed in in another tab.
pub const PAGE_USER_HEADER: &str = "x-page-user";

/// The field with the same ID in a form that is submitted without script, where no header can be set.
pub const PAGE_USER_FIELD: &str = "page_user";

/// Describes what a response says about the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEvent {
    /// No user is signed in.
    Ended,
    /// Another user is signed in.
    UserChanged,
}

/// Shows the event on the open page. Returns whether there is a page that can show it.
type Handler = Rc<dyn Fn(SessionEvent) -> bool>;

thread_local! {
    /// The handler of the open page.
    static HANDLER: RefCell<Option<Handler>> = const { RefCell::new(None) };
    /// The user that the open page was loaded for.
    static PAGE_USER: Cell<Option<UserId>> = const { Cell::new(None) };
}

/// Sets the handler of the open page, which shows the event and returns whether it could.
pub fn set_session_handler(handler: impl Fn(SessionEvent) -> bool + 'static) {
    HANDLER.set(Some(Rc::new(handler)));
}

/// Removes the handler and the user of a page that is being removed.
pub fn clear_page_session() {
    HANDLER.set(None);
    PAGE_USER.set(None);
}

/// Sets the user that the open page was loaded for.
pub fn set_page_user(user: Option<UserId>) {
    PAGE_USER.set(user);
}

/// Returns the user that the open page was loaded for, when known.
pub fn page_user() -> Option<UserId> {
    PAGE_USER.get()
}

/// Reports an event to the page. Inside the layout, a dialog shows it. A page outside of the layout has no input to lose, so
/// the browser goes to the sign-in page.
pub(super) fn report(event: SessionEvent) {
    let handler = HANDLER.with_borrow(Clone::clone);
    if !handler.is_some_and(|show| show(event)) {
        leave();
    }
}

/// Loads the sign-in page as a new document, so that no data of the ended session stays in the browser. It leads a user who
/// is signed in back to the page.
fn leave() {
    if window().location().set_href(&sign_in_url(&destination())).is_err() {
        leptos::logging::error!("could not open the sign-in page");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_is_shown_by_the_open_page() {
        let shown = Rc::new(Cell::new(None));
        let seen = shown.clone();
        set_session_handler(move |event| {
            seen.set(Some(event));
            true
        });
        report(SessionEvent::UserChanged);
        assert_eq!(shown.get(), Some(SessionEvent::UserChanged));
    }
}
