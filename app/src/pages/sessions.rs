//! One's own sessions: where one is signed in, and ending what should not be.

use crate::components::notice::{Kind, Notice};
use crate::components::page_header::PageHeader;
use crate::components::problem::Problem;
use crate::components::time::Time;
use crate::components::toast::toast;
use crate::failure::Failure;
use crate::pages::page::Page;
use domain::ids::SessionId;
use domain::sessions::Session;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The person's own sessions, the last used first.
///
/// # Errors
/// Those of the portal.
#[server(name = ListSessions, prefix = "/fn", endpoint = "sessions/list", input = GetUrl)]
pub async fn list_sessions() -> Result<Vec<Session>, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    Ok(portal::sessions::list(&portal, &actor).await?)
}

/// Ends another of the person's sessions.
///
/// # Errors
/// [`Failure::NotFound`] where the person has no such session.
#[server(prefix = "/fn", endpoint = "sessions/end")]
pub async fn end_session(id: SessionId) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    Ok(portal::sessions::end(&portal, &actor, id).await?)
}

/// Ends all of the person's sessions but this one.
///
/// # Errors
/// Those of the portal.
#[server(prefix = "/fn", endpoint = "sessions/end-others")]
pub async fn end_other_sessions() -> Result<u64, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    Ok(portal::sessions::end_others(&portal, &actor).await?)
}

/// The page Sessions.
pub struct SessionsPage {
    end: ServerAction<EndSession>,
    end_others: ServerAction<EndOtherSessions>,
    sessions: Resource<Result<Vec<Session>, Failure>>,
}

impl Page for SessionsPage {
    fn data() -> Self {
        let end = ServerAction::<EndSession>::new();
        let end_others = ServerAction::<EndOtherSessions>::new();
        let changes = move || (end.version().get(), end_others.version().get());
        Self {
            end,
            end_others,
            sessions: Resource::new(changes, |_| list_sessions()),
        }
    }

    fn view(this: Self) -> AnyView {
        let SessionsPage {
            end,
            end_others,
            sessions,
        } = this;
        let (ended, others_ended) = (end.value(), end_others.value());
        Effect::new(move |_| {
            if ended.with(|value| matches!(value, Some(Ok(())))) {
                toast("Session ended");
            }
        });
        Effect::new(move |_| match others_ended.get() {
            Some(Ok(1)) => toast("One other session ended"),
            Some(Ok(count)) => toast(format!("{count} other sessions ended")),
            _ => {}
        });
        let complaint = move || {
            let failure = ended
                .get()
                .and_then(Result::err)
                .or_else(|| others_ended.get().and_then(Result::err));
            failure.map(|failure| {
                view! {
                    <Notice kind=Kind::Danger>
                        <p>{failure.to_string()}</p>
                    </Notice>
                }
            })
        };
        let list = move || {
            Suspend::new(async move {
                match sessions.await {
                    Ok(sessions) => view! { <List sessions end end_others /> }.into_any(),
                    Err(failure) => view! { <Problem failure /> }.into_any(),
                }
            })
        };
        view! {
            <div class="page narrow">
                <PageHeader title="Sessions" lead="Where you are signed in. End a session that you do not know." />
                {complaint}
                <Transition>{list}</Transition>
            </div>
        }
        .into_any()
    }
}

#[component]
fn List(
    sessions: Vec<Session>,
    end: ServerAction<EndSession>,
    end_others: ServerAction<EndOtherSessions>,
) -> impl IntoView {
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
                            <ActionForm action=end_others>
                                <button class="button small">"End all others"</button>
                            </ActionForm>
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
