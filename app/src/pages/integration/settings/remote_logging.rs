//! Card with the advanced settings: remote logging.

use crate::components::data::card::Card;
use crate::components::forms::form::FormState;
use crate::components::forms::save_form::SaveForm;
use crate::components::forms::unsaved_changes::FormTracker;
use crate::pages::integration::layout::Tab;
use crate::pages::integration::settings::actions::SaveRemoteLogging;
use crate::pages::integration::settings::data::SettingsData;
use domain::integration::remote_logs::{MAX_ACCOUNT_BYTES, RETENTION_DAYS};
use domain::integration::settings::Conflicts;
use leptos::prelude::*;
use std::sync::Arc;

/// The maximum size of an account's logs in MiB.
const MAX_LOG_MEBIBYTES: i64 = MAX_ACCOUNT_BYTES / (1024 * 1024);

/// Renders the card with the switch for remote logging.
#[component]
pub fn RemoteLoggingCard(
    /// The data of the page.
    data: Signal<Arc<SettingsData>>,
    /// The value of a form that was rejected without JavaScript.
    draft: Option<bool>,
    /// The revision and the conflicts of a form that was rejected without JavaScript.
    rejected: (Option<i64>, Option<Conflicts>),
    /// Tracks unsaved changes of the form.
    tracker: FormTracker,
    /// Incremented after each change to reload the page.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::new::<SaveRemoteLogging>(|_| None);
    let saved = move || data.with_untracked(|data| data.current.settings.remote_logging);
    let is_on = RwSignal::new(draft.unwrap_or_else(saved));
    let show_saved = Callback::new(move |()| is_on.set(saved()));
    let revision = Signal::derive(move || data.with(|data| data.current.revision));
    let (back, conflicts) = rejected;
    let logs_link = view! {
        <a class="button" href=Tab::Logs.path()>
            "Remote logs"
        </a>
    };
    view! {
        <Card id="advanced" title="Advanced settings" action=logs_link.into_any()>
            <div class="card-body">
                <SaveForm form_state tracker revision show_saved back conflicts fields=&[] changes>
                    <div class="field">
                        <label class="check">
                            <input
                                type="checkbox"
                                name="remote_logging"
                                value="true"
                                autocomplete="off"
                                checked=is_on
                                aria-describedby="remote-logging-help"
                            />
                            <span>"Enable Remote Logging"</span>
                        </label>
                        <div class="help prose" id="remote-logging-help">
                            <p>
                                "Connectors send their logs: time, level, message and implementation. Messages may \
                                 include the names of content items, fields and assets."
                            </p>
                            <p>
                                {format!(
                                    "Logs are kept for {RETENTION_DAYS} days, up to {MAX_LOG_MEBIBYTES} MiB; the oldest \
                                     are deleted first. Users with Manage integration and the support team that runs \
                                     this portal can read them. When off, logs are rejected.",
                                )}
                            </p>
                        </div>
                    </div>
                </SaveForm>
            </div>
        </Card>
    }
    .into_any()
}
