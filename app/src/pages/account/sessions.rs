//! The user's sessions: where they are signed in, and signing out of other sessions.

use crate::components::data::data_table::{DataTable, heading};
use crate::components::data::list_card::ListCard;
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::Time;
use crate::components::feedback::error_message::ErrorMessage;
use crate::components::feedback::notice::ErrorNotice;
use crate::components::feedback::toast::toast;
#[cfg(feature = "ssr")]
use crate::components::forms::form::respond_error;
use crate::components::forms::form::{FormRequest, FormState, RequestForm, focus_first_error};
use crate::components::overlay::confirm::ConfirmDialog;
use crate::components::overlay::dialog::MessageDialog;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::effect::{effect, memo};
use crate::error::AppError;
use crate::page_data::PageData;
use crate::pages::page::Page;
use crate::routing::query_string::use_query_parameter;
use crate::session::SessionClient;
use crate::session::protocol::{GetRequest, PostRequest};
use domain::auth::sessions::Session;
use domain::ids::SessionId;
use leptos::prelude::*;

/// The path of the page.
const PATH: &str = "/sessions";

/// The URL of the page with the dialog that confirms ending all other sessions.
const END_OTHERS_URL: &str = "/sessions?dialog=end-others";

/// Lists the user's sessions, the last used first.
///
/// # Errors
/// Returns the portal's error.
#[server(name = ListSessions, prefix = "/fn", endpoint = "sessions/list", protocol = GetRequest, client = SessionClient)]
pub async fn list_sessions() -> Result<Vec<Session>, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    Ok(portal::auth::sessions::list(&portal, &actor).await?)
}

/// Ends another session of the user.
///
/// # Errors
/// [`AppError::NotFound`] if the user has no such session.
#[server(prefix = "/fn", endpoint = "sessions/end", protocol = PostRequest, client = SessionClient)]
pub async fn end_session(id: SessionId) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    Ok(portal::auth::sessions::end(&portal, &actor, id).await?)
}

/// Ends all of the user's sessions except this one, and returns how many.
///
/// # Errors
/// Returns the portal's error.
#[server(prefix = "/fn", endpoint = "sessions/end-others", protocol = PostRequest, client = SessionClient)]
pub async fn end_other_sessions() -> Result<u64, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    match portal::auth::sessions::end_others(&portal, &actor).await {
        Ok(count) => {
            leptos_axum::redirect(PATH);
            Ok(count)
        }
        Err(error) => Err(respond_error::<EndOtherSessions>(error.into(), &END_OTHERS_URL)),
    }
}

/// The Sessions page.
pub struct SessionsPage {
    end: FormRequest,
    /// Whether the dialog about all other sessions is open.
    is_dialog_open: Memo<bool>,
    sessions: PageData<Vec<Session>>,
}

impl Page for SessionsPage {
    fn data() -> Self {
        let end = FormRequest::new::<EndSession>();
        let dialog = use_query_parameter("dialog");
        let is_dialog_open = memo(move || dialog.read().as_deref() == Some("end-others"));
        // Reload when the dialog closes, because it may have ended the other sessions.
        let changes = move || (end.responses().get(), is_dialog_open.get());
        Self {
            end,
            is_dialog_open,
            sessions: PageData::new(changes, |_| list_sessions()),
        }
    }

    fn view(this: Self) -> AnyView {
        let SessionsPage {
            end,
            is_dialog_open,
            sessions,
        } = this;
        effect(move || match end.is_ok() {
            Some(true) => toast("Signed out"),
            Some(false) => focus_first_error(),
            None => {}
        });
        let error = Signal::derive(move || end.with_error(|error| Some(error.to_string())));
        let list = dynamic(move || {
            suspend(async move {
                match sessions.await {
                    Ok(sessions) => view! { <List sessions end /> }.into_any(),
                    Err(error) => view! { <ErrorMessage error /> }.into_any(),
                }
            })
        });
        let dialog = dynamic(move || {
            let is_open = is_dialog_open.get();
            suspend(async move {
                let others = sessions.await.ok()?.iter().filter(|session| !session.current).count();
                is_open.then(|| view! { <EndOthersDialog others /> })
            })
        });
        view! {
            <div class="page narrow">
                <PageHeader title="Sessions" lead="Where you are signed in. Sign out sessions you don’t recognize." />
                <ErrorNotice error />
                <Transition>{list}</Transition>
            </div>
            <Suspense>{dialog}</Suspense>
        }
        .into_any()
    }
}

/// Confirms ending all other sessions.
#[component]
fn EndOthersDialog(
    /// The number of other sessions.
    others: usize,
) -> impl IntoView {
    let form_state = FormState::new::<EndOtherSessions>(|_| None);
    effect(move || match form_state.output::<EndOtherSessions>() {
        Some(Ok(1)) => toast("Signed out 1 other session"),
        Some(Ok(count)) => toast(format!("Signed out {count} other sessions")),
        _ => {}
    });
    if others == 0 {
        return view! {
            <MessageDialog title="No other sessions" back=PATH.to_owned()>
                <p>"You are only signed in with this browser."</p>
            </MessageDialog>
        }
        .into_any();
    }
    let title = match others {
        1 => "Sign out your other session?".to_owned(),
        count => format!("Sign out your {count} other sessions?"),
    };
    view! {
        <ConfirmDialog form_state title back=PATH.to_owned() button="Sign out all others">
            <p>"You will be signed out everywhere except in this browser. Unsaved changes there will be lost."</p>
        </ConfirmDialog>
    }
    .into_any()
}

#[component]
fn List(sessions: Vec<Session>, end: FormRequest) -> impl IntoView {
    let count = sessions.len();
    let rows = sessions
        .into_iter()
        .map(|session| view! { <Row session end /> })
        .collect_view();
    let end_others = (count > 1).then(|| {
        view! {
            <a class="button small" href=END_OTHERS_URL data-noscroll>
                "Sign out all others"
            </a>
        }
    });
    view! {
        <ListCard id="sessions" title="Your sessions" count action=end_others.into_any()>
            <DataTable
                caption="Your sessions"
                headings=["Browser", "Address", "Signed in", "Last active"].map(heading)
                actions=true
            >
                {rows}
            </DataTable>
        </ListCard>
    }
    .into_any()
}

#[component]
fn Row(session: Session, end: FormRequest) -> impl IntoView {
    let browser = session.browser();
    let action = if session.current {
        // The user ends this session by signing out, which leads to the sign-in page.
        ().into_any()
    } else {
        let (id, label) = (session.id.to_string(), format!(" {browser}, {}", session.address));
        view! {
            <RequestForm request=end>
                <input type="hidden" name="id" value=id />
                <button class="button small">
                    "Sign out" <span class="visually-hidden">{label}</span>
                </button>
            </RequestForm>
        }
        .into_any()
    };
    view! {
        <tr>
            <td class="title">
                <span>
                    {browser} " "
                    {session.current.then(|| view! { <span class="badge info">"This session"</span> })}
                </span>
            </td>
            <td data-label="Address">
                <span>{session.address}</span>
            </td>
            <td data-label="Signed in">
                <Time at=session.created_at />
            </td>
            <td data-label="Last active">
                <Time at=session.last_seen_at />
            </td>
            <td class="action">{action}</td>
        </tr>
    }
    .into_any()
}
