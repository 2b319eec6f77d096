//! What a page does when its session ends while it is open: it says so, keeps what was typed, and goes on once the same
//! person has signed in again. The sign-in page opens in another tab where something would be lost.

use crate::components::feedback::toast::{Toaster, toaster};
use crate::components::forms::unsaved_changes::has_typed;
use crate::components::overlay::dialog::Dialog;
use crate::error::Failure;
use crate::session::{me, sign_in_address};
use domain::accounts::users::Me;
use domain::ids::UserId;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::RefCell;

/// The page that says in the other tab that one is signed in.
pub const SIGNED_IN_PATH: &str = "/signed-in";

/// The session of the open page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Nothing else is known.
    Active,
    /// It has ended.
    Ended {
        /// Whether the dialog is open; it can be closed, to read the page.
        asks: bool,
        /// Whether something was typed on the page.
        has_typed: bool,
    },
    /// Somebody else is signed in, by this name.
    OtherUser(String),
}

/// The session of the open page, for what is inside of the layout.
#[derive(Clone, Copy)]
pub struct PageSession {
    state: RwSignal<State>,
    /// Whom the page was loaded for, once that is known.
    user: StoredValue<Option<UserId>>,
    /// Counts how often the person has signed in again.
    renewals: RwSignal<u32>,
    /// Whether it is being asked who is signed in.
    is_checking: StoredValue<bool>,
}

thread_local! {
    /// The open page's session, for [`notify`].
    static CURRENT: RefCell<Option<PageSession>> = const { RefCell::new(None) };
}

/// Tells the open page that a server function found no session. Returns whether there is a page that can say so.
pub fn notify() -> bool {
    let Some(session) = CURRENT.with_borrow(|current| *current) else {
        return false;
    };
    session.end(false)
}

/// Provides [`PageSession`] below the current owner, and watches over it while the owner lives. `user` is who the page was
/// loaded for.
pub fn provide_page_session(user: Resource<Result<Me, Failure>>) -> PageSession {
    let session = PageSession {
        state: RwSignal::new(State::Active),
        user: StoredValue::new(None),
        renewals: RwSignal::new(0),
        is_checking: StoredValue::new(false),
    };
    provide_context(session);
    Effect::new(move |_| {
        let loaded_for = user.with(|user| user.as_ref()?.as_ref().ok().map(|me| me.user_id));
        session.user.set_value(loaded_for);
    });
    // Effects run in the browser only.
    Effect::new(move |_| {
        CURRENT.set(Some(session));
        let toaster = toaster();
        // Whoever comes back to this tab may have signed in, or out, in another one.
        let focus = window_event_listener(ev::focus, move |_| session.check(toaster));
        let visible = window_event_listener(ev::visibilitychange, move |_| {
            if !document().hidden() {
                session.check(toaster);
            }
        });
        on_cleanup(move || {
            CURRENT.set(None);
            focus.remove();
            visible.remove();
        });
    });
    session
}

impl PageSession {
    /// Counts how often the person has signed in again.
    pub fn renewals(self) -> Signal<u32> {
        self.renewals.into()
    }

    /// For a form whose answer was that nobody is signed in: asks to sign in, even where that was put off before.
    pub fn ask(self) {
        self.end(true);
    }

    /// Returns false where the page has just gone.
    fn end(self, asks_again: bool) -> bool {
        let Some(state) = self.state.try_get_untracked() else {
            return false;
        };
        let asks = match state {
            State::Active => true,
            State::Ended { asks, .. } => !asks && asks_again,
            State::OtherUser(_) => false,
        };
        if asks {
            let has_typed = has_typed();
            self.state.try_set(State::Ended { asks, has_typed });
        }
        true
    }

    /// Closes the dialog. The page can be read, and the next form that is sent asks again.
    fn put_off(self) {
        self.state.try_update(|state| {
            if let State::Ended { asks, .. } = state {
                *asks = false;
            }
        });
    }

    /// Asks the server who is signed in.
    fn check(self, toaster: Toaster) {
        if self.is_checking.try_get_value() != Some(false) {
            return;
        }
        self.is_checking.set_value(true);
        spawn_local(async move {
            // Where nobody is signed in, the answer has come through `notify` by now.
            let answer = me().await;
            self.is_checking.try_set_value(false);
            if let Ok(now) = answer {
                self.compare(now, toaster);
            }
        });
    }

    /// Compares who is signed in with whom the page was loaded for.
    fn compare(self, now: Me, toaster: Toaster) {
        // Nothing, where the page has just gone.
        let Some(before) = self.user.try_get_value() else {
            return;
        };
        let was_active = matches!(self.state.try_get_untracked(), Some(State::Active) | None);
        match before {
            Some(before) if before != now.user_id => {
                self.state.try_set(State::OtherUser(now.name));
            }
            Some(_) if !was_active && has_typed() => {
                self.state.try_set(State::Active);
                self.renewals.try_update(|renewals| *renewals += 1);
                toaster.say("Signed in again");
            }
            // Parts of the page could not be read; nothing on it would be lost.
            _ if !was_active => reload(),
            _ => {}
        }
    }
}

/// The dialog over a page whose session has ended.
#[component]
pub fn SessionEnded(
    /// The page's session.
    session: PageSession,
) -> impl IntoView {
    let state = session.state;
    let asked = Memo::new(move |_| match state.get() {
        State::Active | State::Ended { asks: false, .. } => None,
        state => Some(state),
    });
    move || {
        Some(match asked.get()? {
            State::OtherUser(name) => other_user(name).into_any(),
            State::Ended { has_typed, .. } => ask(session, has_typed).into_any(),
            State::Active => return None,
        })
    }
}

fn ask(session: PageSession, has_typed: bool) -> impl IntoView {
    let close = Callback::new(move |()| session.put_off());
    let words = if has_typed {
        "Your changes are still on this page. Sign in again in a new tab, then come back to this one to continue."
    } else {
        "Sign in again to continue."
    };
    let link = if has_typed {
        let href = sign_in_address(SIGNED_IN_PATH);
        view! {
            <a class="button primary" href=href target="_blank" rel="external noopener" autofocus>
                "Sign in again"
                <span class="visually-hidden">" (opens in a new tab)"</span>
            </a>
        }
        .into_any()
    } else {
        let href = sign_in_address(&destination());
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
                <p>{words}</p>
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

/// Nothing of one person's page may be sent in another's name.
fn other_user(name: String) -> impl IntoView {
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

fn destination() -> String {
    #[cfg(feature = "hydrate")]
    return crate::session::destination();
    #[cfg(not(feature = "hydrate"))]
    String::new()
}

fn reload() {
    if window().location().reload().is_err() {
        leptos::logging::error!("the page could not be loaded again");
    }
}
