//! Advanced settings.

use crate::components::forms::form::Check;
use crate::components::forms::save_form::SaveForm;
use crate::components::forms::unsaved_changes::Unsaved;
use crate::pages::integration::layout::Tab;
use crate::pages::integration::settings::actions::SaveRemoteLogging;
use domain::integration::remote_logs::{DAYS, MAX_BYTES};
use domain::integration::settings::{Clashes, Revised};
use leptos::prelude::*;

const MAX_MEBIBYTES: i64 = MAX_BYTES / (1024 * 1024);

/// The card with the switch for remote logging.
#[component]
pub fn RemoteLoggingCard(
    /// The settings.
    revised: Revised,
    /// Whether it is on, instead of what is kept.
    filled: Option<bool>,
    /// The revision of a form that came back, and what it clashes with.
    back: (Option<i64>, Option<Clashes>),
    /// The form.
    unsaved: Unsaved,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<SaveRemoteLogging>::new(|_| None);
    let is_on = filled.unwrap_or(revised.settings.remote_logging);
    let (back, clashes) = back;
    view! {
        <section class="card" aria-labelledby="advanced">
            <div class="card-header">
                <h2 id="advanced">"Advanced settings"</h2>
                <a class="button" href=Tab::Logs.path()>
                    "Remote logs"
                </a>
            </div>
            <div class="card-body">
                <SaveForm check unsaved revision=revised.revision back clashes fields=&[] changes>
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
                                "Connectors send what they log: time, level, message, and which implementation it comes "
                                "from. A message may name content items, fields and assets of yours."
                            </p>
                            <p>
                                {format!(
                                    "It is kept for {DAYS} days and up to {MAX_MEBIBYTES} MiB, the newest of it. Whoever has the right Manage integration in this account can \
                                     read it, and so can the support team that runs this portal. Switched off, nothing is \
                                     accepted from that moment on.",
                                )}
                            </p>
                        </div>
                    </div>
                </SaveForm>
            </div>
        </section>
    }
    .into_any()
}
