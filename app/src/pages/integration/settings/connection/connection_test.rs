//! Connection test: checks the saved connection to the DAM and reports each step as it completes.

use crate::codec;
use crate::components::data::time::{byline, timestamp};
use crate::components::feedback::notice::ErrorNotice;
use crate::components::forms::form::{FormError, FormState, ValidatedForm};
use crate::components::forms::unsaved_changes::FormTracker;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::task_scope::TaskScope;
use crate::effect::effect_with_first;
use crate::error::AppError;
use crate::icons::{Icon, IconView};
use crate::pages::integration::settings::data::SettingsData;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::integration::connection_test::{Outcome, Report, Step};
use futures::StreamExt;
use leptos::prelude::*;
use leptos::server_fn::codec::{StreamingText, TextStream};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::respond, crate::pages::integration::layout::Tab,
    crate::pages::integration::page_url::PageUrl,
};

/// Represents a line in the stream of a running test, which contains the event in the encoding of pages, in Base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum TestEvent {
    /// A step completed.
    Step(Step),
    /// The test completed.
    Done(Report),
    /// The test couldn't be run.
    Failed(AppError),
}

impl TestEvent {
    #[cfg(feature = "ssr")]
    fn to_line(&self) -> String {
        let mut line = codec::to_text(&codec::encode(self).unwrap_or_default());
        line.push('\n');
        line
    }

    fn from_line(line: &str) -> Option<Self> {
        codec::decode(&codec::from_text(line).ok()?).ok()
    }
}

/// Runs a test and redirects to the page when it completes. For browsers without JavaScript.
///
/// # Errors
/// Errors of the portal.
#[server(prefix = "/fn", endpoint = "integration/test-connection", protocol = PostRequest, client = SessionClient)]
pub async fn test_connection() -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let tested = portal::integration::connection_test::test(&portal, &actor, |_| {}).await;
    let page = PageUrl::new(Tab::Settings.path());
    respond::<TestConnection>(tested.map(drop), &page, &page)
}

/// Runs a test and streams each step as a line when it completes.
///
/// # Errors
/// [`AppError::SignedOut`]; other errors are reported in the last line.
#[server(prefix = "/fn", endpoint = "integration/follow-test", output = StreamingText, client = SessionClient)]
pub async fn follow_test() -> Result<TextStream<AppError>, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    leptos::task::spawn(async move {
        // The browser may have disconnected. The report is saved in any case.
        let send = |event: &TestEvent| _ = sender.unbounded_send(Ok(event.to_line()));
        let tested =
            portal::integration::connection_test::test(&portal, &actor, |step| send(&TestEvent::Step(step.clone())))
                .await;
        send(&match tested {
            Ok(report) => TestEvent::Done(report),
            Err(error) => TestEvent::Failed(error.into()),
        });
    });
    Ok(TextStream::new(receiver))
}

/// Describes the state of the connection test.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TestState {
    /// No test is running; holds the report of the last one.
    Idle(Option<Report>),
    /// A test is running; holds the completed steps.
    Running(Vec<Step>),
}

/// Renders the button and the report of the last test.
#[component]
pub fn ConnectionTest(
    /// The data of the page, with the report of the last test.
    data: Signal<Arc<SettingsData>>,
    /// The form whose saved values are tested.
    tracker: FormTracker,
    /// Counts the changes, after each of which the data is loaded again.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::new::<TestConnection>(|_| None);
    let report = move || data.with(|data| data.report.clone());
    let state = RwSignal::new(TestState::Idle(untrack(report)));
    // The number of changes when a test last completed. Data that was being loaded then may contain the report before it.
    let completed_at = StoredValue::new(None::<u32>);
    let error = RwSignal::new(None::<AppError>);
    let tasks = TaskScope::current();
    let is_running = move || state.with(|state| matches!(state, TestState::Running(_)));
    let run = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if untrack(is_running) {
            return;
        }
        state.set(TestState::Running(Vec::new()));
        error.set(None);
        tasks.spawn_local(async move {
            match follow(state).await {
                Ok(()) => completed_at.set_value(Some(changes.get_untracked())),
                Err(failure) => error.set(Some(failure)),
            }
            // A test that failed to run has no report.
            state.update(|state| {
                if let TestState::Running(_) = state {
                    *state = TestState::Idle(None);
                }
            });
        });
    };
    effect_with_first(move |is_first| {
        let report = report();
        let is_newer = completed_at.get_value() < Some(changes.get_untracked());
        if !is_first && is_newer && !untrack(is_running) {
            let reloaded = TestState::Idle(report);
            if state.with_untracked(|state| *state != reloaded) {
                state.set(reloaded);
            }
        }
    });
    let is_dirty = tracker.is_dirty();
    let status = move || match state.get() {
        TestState::Running(steps) => view! {
            <p class="muted">"Testing…"</p>
            {step_list(&steps)}
        }
        .into_any(),
        TestState::Idle(Some(report)) => report_summary(report).into_any(),
        TestState::Idle(None) => view! { <p class="muted">"Not tested yet."</p> }.into_any(),
    };
    let error = Signal::derive(move || error.with(|error| error.as_ref().map(AppError::to_string)));
    view! {
        <section class="card-body connection-test" aria-labelledby="test-connection">
            <h3 id="test-connection">"Connection"</h3>
            <p class="muted">
                "Gets an access token with the saved settings, checks its scopes and reads an asset."
            </p>
            <div on:submit:capture=run>
                <ValidatedForm form_state>
                    <FormError form_state fields=&[] />
                    <div class="buttons save">
                        <button class="button" aria-busy=move || is_running().then_some("true")>
                            "Test connection"
                        </button>
                        <span class="unsaved">
                            {dynamic(move || is_dirty.get().then_some("Save your changes before testing."))}
                        </span>
                    </div>
                </ValidatedForm>
            </div>
            <ErrorNotice error />
            <div role="status">{dynamic(status)}</div>
        </section>
    }
    .into_any()
}

/// Reads the stream of a running test until it ends.
async fn follow(state: RwSignal<TestState>) -> Result<(), AppError> {
    let mut stream = follow_test().await?.into_inner();
    let mut text = String::new();
    while let Some(chunk) = stream.next().await {
        text.push_str(&chunk?);
        // A chunk may end in the middle of a line.
        while let Some(end) = text.find('\n') {
            let line: String = text.drain(..=end).collect();
            match TestEvent::from_line(line.trim_end()) {
                Some(TestEvent::Step(step)) => {
                    state.update(|state| {
                        if let TestState::Running(steps) = state {
                            steps.push(step);
                        }
                    });
                }
                Some(TestEvent::Done(report)) => {
                    state.set(TestState::Idle(Some(report)));
                    return Ok(());
                }
                Some(TestEvent::Failed(error)) => return Err(error),
                None => return Err(AppError::Connection),
            }
        }
    }
    Err(AppError::Connection)
}

fn report_summary(report: Report) -> impl IntoView {
    let (class, label) = if report.passed() {
        ("badge success", "Connected")
    } else {
        ("badge danger", "Connection failed")
    };
    view! {
        <p>
            <span class=class>{label}</span>
            " Tested at "
            {timestamp(report.at)}
            " "
            {byline(report.by)}
        </p>
        {step_list(&report.steps)}
    }
}

fn step_list(steps: &[Step]) -> impl IntoView + use<> {
    view! { <ol class="test-steps">{steps.iter().map(step_item).collect_view()}</ol> }
}

fn step_item(step: &Step) -> impl IntoView + use<> {
    let (class, icon, outcome) = match step.outcome {
        Outcome::Passed => ("success", Icon::Success, "Passed: "),
        Outcome::Failed => ("danger", Icon::Error, "Failed: "),
        Outcome::Skipped => ("skipped", Icon::Info, "Skipped: "),
    };
    let duration = (step.outcome != Outcome::Skipped).then(|| view! { <small>{format!("{} ms", step.millis)}</small> });
    let remedy = (!step.remedy.is_empty()).then(|| view! { <p class="remedy">{step.remedy.clone()}</p> });
    view! {
        <li class=class>
            <IconView icon />
            <strong>
                <span class="visually-hidden">{outcome}</span>
                {step.title()}
            </strong>
            <span>{duration}</span>
            <p class="muted">{step.detail.clone()}</p>
            {remedy}
        </li>
    }
}
