//! The dialog that is shown when the session ends while a page is open. The page keeps the user's input and continues when
//! the same user has signed in again. If there is unsaved input, the sign-in page opens in another tab.

use crate::components::feedback::toast::{Toaster, toaster};
use crate::components::forms::unsaved_changes::has_unsaved_input;
use crate::components::overlay::dialog::Dialog;
use crate::components::reactive::dynamic::dynamic;
use crate::effect::{effect, memo};
use crate::page_data::PageData;
use crate::routing::destination::{destination, sign_in_url};
use crate::session::{
    SessionEvent, clear_page_session, load_current_user, page_user, set_page_user, set_session_handler,
};
use domain::accounts::users::CurrentUser;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The path of the page that confirms the sign-in in the other tab.
pub const SIGNED_IN_PATH: &str = "/signed-in";

/// Describes the session of the open page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// The session is active, as far as is known.
    Active,
    /// The session has ended.
    Ended {
        /// Whether the dialog is open. The user can close it to read the page.
        is_dialog_open: bool,
        /// Whether the page has input that was not submitted.
        has_unsaved_input: bool,
    },
    /// Another user, with this name, is signed in.
    OtherUser(String),
}

/// Tracks the session of the open page. The layout provides it as a context.
#[derive(Clone, Copy)]
pub struct PageSession {
    state: RwSignal<State>,
    /// Counts how often the user has signed in again.
    renewals: RwSignal<u32>,
    /// Whether a request for the signed-in user is pending.
    is_checking: StoredValue<bool>,
}

/// Provides [`PageSession`] below the current owner and tracks it until the owner is disposed of. `user` is the user that
/// the page was loaded for.
pub fn provide_page_session(user: PageData<CurrentUser>) -> PageSession {
    let session = PageSession {
        state: RwSignal::new(State::Active),
        renewals: RwSignal::new(0),
        is_checking: StoredValue::new(false),
    };
    provide_context(session);
    effect(move || {
        let user_id = user.get().and_then(Result::ok).map(|me| me.user_id);
        set_page_user(user_id);
    });
    // Effects only run in the browser.
    effect(move || {
        let toaster = toaster();
        set_session_handler(move |event| match event {
            SessionEvent::Ended => session.end(false),
            SessionEvent::UserChanged => session.check(toaster),
        });
        // The user may have signed in or out in another tab.
        let focus = window_event_listener(ev::focus, move |_| {
            session.check(toaster);
        });
        let visible = window_event_listener(ev::visibilitychange, move |_| {
            if !document().hidden() {
                session.check(toaster);
            }
        });
        on_cleanup(move || {
            clear_page_session();
            focus.remove();
            visible.remove();
        });
    });
    session
}

impl PageSession {
    /// Returns how often the user has signed in again.
    pub fn renewals(self) -> Signal<u32> {
        self.renewals.into()
    }

    /// Opens the dialog after a form was rejected because the session has ended, even if the user has closed it before.
    pub fn ask(self) {
        self.end(true);
    }

    /// Marks the session as ended. Returns false if the page has just been removed.
    fn end(self, reopen_dialog: bool) -> bool {
        let Some(state) = self.state.try_get_untracked() else {
            return false;
        };
        let opens_dialog = match state {
            State::Active => true,
            State::Ended { is_dialog_open, .. } => !is_dialog_open && reopen_dialog,
            State::OtherUser(_) => false,
        };
        if opens_dialog {
            let has_unsaved_input = has_unsaved_input();
            self.state.try_set(State::Ended {
                is_dialog_open: true,
                has_unsaved_input,
            });
        }
        true
    }

    /// Closes the dialog, so that the user can read the page. Submitting a form opens it again.
    fn close_dialog(self) {
        self.state.try_update(|state| {
            if let State::Ended { is_dialog_open, .. } = state {
                *is_dialog_open = false;
            }
        });
    }

    /// Checks with the server which user is signed in. Returns false if the page has just been removed.
    fn check(self, toaster: Toaster) -> bool {
        match self.is_checking.try_get_value() {
            None => return false,
            Some(true) => return true,
            Some(false) => self.is_checking.set_value(true),
        }
        spawn_local(async move {
            // If no user is signed in, the session's client has already called `end`.
            let result = load_current_user().await;
            self.is_checking.try_set_value(false);
            if let Ok(user) = result {
                self.compare(user, toaster);
            }
        });
        true
    }

    /// Compares the signed-in user with the user that the page was loaded for.
    fn compare(self, user: CurrentUser, toaster: Toaster) {
        // The page may have just been removed.
        let Some(state) = self.state.try_get_untracked() else {
            return;
        };
        let was_active = state == State::Active;
        match page_user() {
            Some(page_user) if page_user != user.user_id => {
                self.state.try_set(State::OtherUser(user.name));
            }
            Some(_) if !was_active && has_unsaved_input() => {
                self.state.try_set(State::Active);
                self.renewals.try_update(|renewals| *renewals += 1);
                toaster.show("Signed in again");
            }
            // Parts of the page may have failed to load, and there is no input to lose.
            _ if !was_active => reload(),
            _ => {}
        }
    }
}

/// Renders the dialog over a page whose session has ended.
#[component]
pub fn SessionEnded(
    /// The page's session.
    session: PageSession,
) -> impl IntoView {
    let state = session.state;
    let dialog = memo(move || match state.get() {
        State::Active
        | State::Ended {
            is_dialog_open: false, ..
        } => None,
        state => Some(state),
    });
    dynamic(move || {
        Some(match dialog.get()? {
            State::OtherUser(name) => other_user_dialog(name).into_any(),
            State::Ended { has_unsaved_input, .. } => sign_in_dialog(session, has_unsaved_input).into_any(),
            State::Active => return None,
        })
    })
}

fn sign_in_dialog(session: PageSession, has_unsaved_input: bool) -> impl IntoView {
    let close = Callback::new(move |()| session.close_dialog());
    let message = if has_unsaved_input {
        "Your changes are still on this page. Sign in again in a new tab, then come back to this one to continue."
    } else {
        "Sign in again to continue."
    };
    let link = if has_unsaved_input {
        let href = sign_in_url(SIGNED_IN_PATH);
        view! {
            <a class="button primary" href=href target="_blank" rel="external noopener" autofocus>
                "Sign in again"
                <span class="visually-hidden">" (opens in a new tab)"</span>
            </a>
        }
        .into_any()
    } else {
        let href = sign_in_url(&destination());
        view! {
            <a class="button primary" href=href rel="external" autofocus>
                "Sign in again"
            </a>
        }
        .into_any()
    };
    view! {
        <Dialog id="session-ended" title="You’re signed out" on_close=close>
            <div class="dialog-body">
                <p>{message}</p>
            </div>
            <div class="dialog-footer">
                <button class="button" type="button" on:click=move |_| close.run(())>
                    "Not now"
                </button>
                {link}
            </div>
        </Dialog>
    }
}

/// Renders a dialog that can't be closed, so that a page loaded for one user isn't submitted as another.
fn other_user_dialog(name: String) -> impl IntoView {
    view! {
        <Dialog id="session-ended" title="Another user is signed in">
            <div class="dialog-body">
                <p>
                    "This browser is now signed in as " <strong>{name}</strong>
                    ". Reload the page to continue as this user. Changes that were not saved are lost."
                </p>
            </div>
            <div class="dialog-footer">
                <button class="button primary" type="button" autofocus on:click=move |_| reload()>
                    "Reload page"
                </button>
            </div>
        </Dialog>
    }
}

fn reload() {
    if window().location().reload().is_err() {
        leptos::logging::error!("could not reload the page");
    }
}
