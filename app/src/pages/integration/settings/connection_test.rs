//! `Test connection`: whether the DAM can be reached with what is saved, step by step as it happens.

use crate::components::data::time::{by, moment};
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::forms::form::{Check, CheckedForm, FormProblem};
use crate::components::forms::unsaved_changes::Unsaved;
use crate::components::reactive::task_scope::TaskScope;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use domain::integration::connection_test::{Outcome, Report, Step};
use futures::StreamExt;
use leptos::prelude::*;
use leptos::server_fn::codec::{JsonEncoding, StreamingText, TextStream};
use leptos::server_fn::{Bytes, Decodes};
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::answer, crate::pages::integration::layout::Tab,
    crate::pages::integration::page_url::Address, leptos::server_fn::Encodes,
};

/// A line of what a running test tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Told {
    /// A step was tried.
    Step(Step),
    /// It is over, and this is all of it.
    Done(Report),
    /// It could not be made.
    Failed(Failure),
}

impl Told {
    #[cfg(feature = "ssr")]
    fn line(&self) -> String {
        let bytes = JsonEncoding::encode(self).unwrap_or_default();
        let mut line = String::from_utf8_lossy(&bytes).into_owned();
        line.push('\n');
        line
    }

    fn read(line: &str) -> Option<Self> {
        JsonEncoding::decode(Bytes::copy_from_slice(line.as_bytes())).ok()
    }
}

/// Makes a test, and comes back to the page when it is over; for browsers without script.
///
/// # Errors
/// Those of the portal.
#[server(prefix = "/fn", endpoint = "integration/test-connection")]
pub async fn test_connection() -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let tested = portal::integration::connection_test::test(&portal, &actor, |_| {}).await;
    let page = Address::page(Tab::Settings.path());
    answer::<TestConnection>(tested.map(drop), &page, &page)
}

/// Makes a test, and tells each step when it was tried: one line of JSON each.
///
/// # Errors
/// [`Failure::SignedOut`]; everything else is told in the last line.
#[server(prefix = "/fn", endpoint = "integration/follow-test", output = StreamingText)]
pub async fn follow_test() -> Result<TextStream<Failure>, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    leptos::task::spawn(async move {
        // Nobody may be listening any more; the report is kept all the same.
        let tell = |told: &Told| _ = sender.unbounded_send(Ok(told.line()));
        let tested =
            portal::integration::connection_test::test(&portal, &actor, |step| tell(&Told::Step(step.clone()))).await;
        tell(&match tested {
            Ok(report) => Told::Done(report),
            Err(error) => Told::Failed(error.into()),
        });
    });
    Ok(TextStream::new(receiver))
}

/// Where a test stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// None runs; this was the last.
    Idle(Option<Report>),
    /// One runs, and has come this far.
    Running(Vec<Step>),
}

/// The button, and what the last test came to.
#[component]
pub fn ConnectionTest(
    /// The last test.
    last: Option<Report>,
    /// The form whose saved values are tested.
    unsaved: Unsaved,
) -> impl IntoView {
    let check = Check::<TestConnection>::new(|_| None);
    let state = RwSignal::new(State::Idle(last));
    let failure = RwSignal::new(None::<Failure>);
    let tasks = TaskScope::current();
    let is_running = move || state.with(|state| matches!(state, State::Running(_)));
    let run = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if untrack(is_running) {
            return;
        }
        state.set(State::Running(Vec::new()));
        failure.set(None);
        tasks.spawn_local(async move {
            if let Err(problem) = follow(state).await {
                failure.set(Some(problem));
            }
            // Whatever happened, it is over.
            state.update(|state| {
                if let State::Running(_) = state {
                    *state = State::Idle(None);
                }
            });
        });
    };
    let changed = unsaved.is_changed();
    let shown = move || match state.get() {
        State::Running(steps) => view! {
            <p class="muted">"Testing…"</p>
            {list(&steps)}
        }
        .into_any(),
        State::Idle(Some(report)) => summary(report).into_any(),
        State::Idle(None) => view! { <p class="muted">"It was not tested yet."</p> }.into_any(),
    };
    let problem = move || {
        failure.get().map(|failure| {
            view! {
                <Notice kind=Kind::Danger>
                    <p>{failure.to_string()}</p>
                </Notice>
            }
        })
    };
    view! {
        <section class="card-body connection-test" aria-labelledby="test-connection">
            <h3 id="test-connection">"Connection"</h3>
            <p class="muted">
                "Asks the DAM for a token with what is saved, looks which scopes it has, and reads something."
            </p>
            <div on:submit:capture=run>
                <CheckedForm check>
                    <FormProblem check fields=&[] />
                    <div class="buttons save">
                        <button class="button" aria-busy=move || is_running().then_some("true")>
                            "Test connection"
                        </button>
                        <span class="unsaved">
                            {move || changed.get().then_some("Save first: what is saved is tested.")}
                        </span>
                    </div>
                </CheckedForm>
            </div>
            {problem}
            <div role="status">{shown}</div>
        </section>
    }
    .into_any()
}

/// Reads a running test to its end.
async fn follow(state: RwSignal<State>) -> Result<(), Failure> {
    let mut stream = follow_test().await?.into_inner();
    let mut text = String::new();
    while let Some(chunk) = stream.next().await {
        text.push_str(&chunk?);
        // A chunk may end in the middle of a line.
        while let Some(end) = text.find('\n') {
            let line: String = text.drain(..=end).collect();
            match Told::read(line.trim_end()) {
                Some(Told::Step(step)) => {
                    state.update(|state| {
                        if let State::Running(steps) = state {
                            steps.push(step);
                        }
                    });
                }
                Some(Told::Done(report)) => {
                    state.set(State::Idle(Some(report)));
                    return Ok(());
                }
                Some(Told::Failed(failure)) => return Err(failure),
                None => return Err(Failure::Connection),
            }
        }
    }
    Err(Failure::Connection)
}

fn summary(report: Report) -> impl IntoView {
    let (class, words) = if report.passed() {
        ("badge success", "Works")
    } else {
        ("badge danger", "Does not work")
    };
    view! {
        <p>
            <span class=class>{words}</span>
            " Tested at "
            {moment(report.at)}
            " "
            {by(report.by)}
        </p>
        {list(&report.steps)}
    }
}

fn list(steps: &[Step]) -> impl IntoView + use<> {
    view! { <ol class="test-steps">{steps.iter().map(step).collect_view()}</ol> }
}

fn step(step: &Step) -> impl IntoView + use<> {
    let (class, icon, word) = match step.outcome {
        Outcome::Passed => ("success", Icon::Success, "Passed: "),
        Outcome::Failed => ("danger", Icon::Error, "Failed: "),
        Outcome::Skipped => ("skipped", Icon::Info, "Skipped: "),
    };
    let took = (step.outcome != Outcome::Skipped).then(|| view! { <small>{format!("{} ms", step.millis)}</small> });
    let remedy = (!step.remedy.is_empty()).then(|| view! { <p class="remedy">{step.remedy.clone()}</p> });
    view! {
        <li class=class>
            <Draw icon />
            <strong>
                <span class="visually-hidden">{word}</span>
                {step.title()}
            </strong>
            <span>{took}</span>
            <p class="muted">{step.detail.clone()}</p>
            {remedy}
        </li>
    }
}
