//! One's own sessions: where one is signed in, and ending what should not be.

use crate::components::data::page_header::PageHeader;
use crate::components::data::time::Time;
use crate::components::feedback::error_message::Problem;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::feedback::toast::toast;
#[cfg(feature = "ssr")]
use crate::components::forms::form::refuse;
use crate::components::forms::form::{Check, focus_first_wrong};
use crate::components::overlay::confirm::ConfirmDialog;
use crate::components::overlay::dialog::Dialog;
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::pages::page::Page;
use domain::auth::sessions::Session;
use domain::ids::SessionId;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::hooks::use_query_map;

/// The address of the page.
const PATH: &str = "/sessions";

/// The address of the page with the dialog that asks whether to end all other sessions.
const END_OTHERS_PATH: &str = "/sessions?dialog=end-others";

/// The person's own sessions, the last used first.
///
/// # Errors
/// Those of the portal.
#[server(name = ListSessions, prefix = "/fn", endpoint = "sessions/list", input = GetUrl)]
pub async fn list_sessions() -> Result<Vec<Session>, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    Ok(portal::auth::sessions::list(&portal, &actor).await?)
}

/// Ends another of the person's sessions.
///
/// # Errors
/// [`Failure::NotFound`] where the person has no such session.
#[server(prefix = "/fn", endpoint = "sessions/end")]
pub async fn end_session(id: SessionId) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    Ok(portal::auth::sessions::end(&portal, &actor, id).await?)
}

/// Ends all of the person's sessions but this one.
///
/// # Errors
/// Those of the portal.
#[server(prefix = "/fn", endpoint = "sessions/end-others")]
pub async fn end_other_sessions() -> Result<u64, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    match portal::auth::sessions::end_others(&portal, &actor).await {
        Ok(count) => {
            leptos_axum::redirect(PATH);
            Ok(count)
        }
        Err(error) => Err(refuse::<EndOtherSessions>(error.into(), &END_OTHERS_PATH)),
    }
}

/// The page Sessions.
pub struct SessionsPage {
    end: ServerAction<EndSession>,
    /// Whether the person is asked about all other sessions.
    is_asked: Memo<bool>,
    sessions: Resource<Result<Vec<Session>, Failure>>,
}

impl Page for SessionsPage {
    fn data() -> Self {
        let end = ServerAction::<EndSession>::new();
        let query = use_query_map();
        let is_asked = Memo::new(move |_| query.read().get("dialog").as_deref() == Some("end-others"));
        // Read again once the dialog is closed: the others may have ended.
        let changes = move || (end.version().get(), is_asked.get());
        Self {
            end,
            is_asked,
            sessions: Resource::new(changes, |_| list_sessions()),
        }
    }

    fn view(this: Self) -> AnyView {
        let SessionsPage {
            end,
            is_asked,
            sessions,
        } = this;
        let ended = end.value();
        Effect::new(move |_| match ended.get() {
            Some(Ok(())) => toast("Session ended"),
            Some(Err(_)) => focus_first_wrong(),
            None => {}
        });
        let complaint = move || {
            ended.get().and_then(Result::err).map(|failure| {
                view! {
                    <Notice kind=Kind::Danger>
                        <p>{failure.to_string()}</p>
                    </Notice>
                }
            })
        };
        let list = move || {
            suspend(async move {
                match sessions.await {
                    Ok(sessions) => view! { <List sessions end /> }.into_any(),
                    Err(failure) => view! { <Problem failure /> }.into_any(),
                }
            })
        };
        let overlay = move || {
            let is_asked = is_asked.get();
            suspend(async move {
                let others = sessions.await.ok()?.iter().filter(|session| !session.current).count();
                is_asked.then(|| view! { <EndOthersDialog others /> })
            })
        };
        view! {
            <div class="page narrow">
                <PageHeader title="Sessions" lead="Where you are signed in. End a session that you do not know." />
                {complaint}
                <Transition>{list}</Transition>
            </div>
            <Suspense>{overlay}</Suspense>
        }
        .into_any()
    }
}

/// Asks whether to end all other sessions.
#[component]
fn EndOthersDialog(
    /// How many there are.
    others: usize,
) -> impl IntoView {
    let check = Check::<EndOtherSessions>::new(|_| None);
    let answer = check.value();
    Effect::new(move |_| match answer.get() {
        Some(Ok(1)) => toast("One other session ended"),
        Some(Ok(count)) => toast(format!("{count} other sessions ended")),
        _ => {}
    });
    if others == 0 {
        return view! {
            <Dialog title="No other sessions" back=PATH>
                <div class="dialog-body">
                    <p>"You are signed in with this browser only."</p>
                </div>
                <div class="dialog-footer">
                    <a class="button" href=PATH data-noscroll>
                        "Close"
                    </a>
                </div>
            </Dialog>
        }
        .into_any();
    }
    let title = match others {
        1 => "End your other session?".to_owned(),
        count => format!("End your {count} other sessions?"),
    };
    view! {
        <ConfirmDialog check title back=PATH.to_owned() button="End all others">
            <p>"You are signed out everywhere but in this browser. Changes that are not saved there are lost."</p>
        </ConfirmDialog>
    }
    .into_any()
}

#[component]
fn List(sessions: Vec<Session>, end: ServerAction<EndSession>) -> impl IntoView {
    let count = sessions.len();
    let rows = sessions
        .into_iter()
        .map(|session| view! { <Row session end /> })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="sessions">
            <div class="card-header">
                <h2 id="sessions">"Your sessions " <span class="count">{count}</span></h2>
                {(count > 1)
                    .then(|| {
                        view! {
                            <a class="button small" href=END_OTHERS_PATH data-noscroll>
                                "End all others"
                            </a>
                        }
                    })}
            </div>
            <div class="table-wrap">
                <table class="table stack">
                    <caption class="visually-hidden">"Your sessions"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Browser"</th>
                            <th scope="col">"Address"</th>
                            <th scope="col">"Signed in"</th>
                            <th scope="col">"Last active"</th>
                            <th scope="col" class="action">
                                <span class="visually-hidden">"Action"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Row(session: Session, end: ServerAction<EndSession>) -> impl IntoView {
    let browser = session.browser();
    let action = if session.current {
        // Signing out ends it, and leads to the sign-in page as it should.
        ().into_any()
    } else {
        let (id, which) = (session.id.to_string(), format!(" {browser}, {}", session.address));
        view! {
            <ActionForm action=end>
                <input type="hidden" name="id" value=id />
                <button class="button small">
                    "End" <span class="visually-hidden">{which}</span>
                </button>
            </ActionForm>
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
