//! Card with the asset selector global settings.

use crate::components::data::card::Card;
use crate::components::forms::field::Field;
use crate::components::forms::form::{FormState, Values};
use crate::components::forms::save_form::SaveForm;
use crate::components::forms::unsaved_changes::FormTracker;
use crate::pages::integration::settings::actions::SaveLanguage;
use domain::fields::FieldErrors;
use domain::integration::selector::Language;
use domain::integration::settings::{Conflicts, Edit, GlobalForm, Settings, SettingsRevision};
use leptos::prelude::*;

/// The fields that show their own validation errors.
const FORM_FIELDS: &[&str] = &["language"];

fn validate(values: Values<'_>) -> Option<FieldErrors> {
    let language = values("language");
    Edit::Global(GlobalForm { language })
        .apply(&mut Settings::default())
        .err()
}

/// Card with the language of the asset selector.
#[component]
pub fn LanguageCard(
    /// The saved settings and their revision.
    current: SettingsRevision,
    /// The value of a form that was rejected without JavaScript.
    draft: Option<String>,
    /// The revision and the conflicts of a form that was rejected without JavaScript.
    rejected: (Option<i64>, Option<Conflicts>),
    /// Tracks unsaved changes of the form.
    tracker: FormTracker,
    /// Incremented after each change to reload the page.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::<SaveLanguage>::new(validate);
    let error = form_state.error("language");
    let chosen = draft.unwrap_or_else(|| current.settings.language.code().to_owned());
    let options = Language::ALL.iter().map(|language| {
        view! {
            <option value=language.code() selected=language.code() == chosen>
                {language.label()}
            </option>
        }
    });
    let options = options.collect_view();
    let (back, conflicts) = rejected;
    view! {
        <Card id="global" title="Asset selector global settings" help="Applies to all asset selectors.">
            <div class="card-body">
                <SaveForm form_state tracker revision=current.revision back conflicts fields=FORM_FIELDS changes>
                    <Field id="language" label="Language" help="Language shown to editors." error>
                        <select
                            id="language"
                            name="language"
                            autocomplete="off"
                            aria-invalid=move || error.with(Option::is_some).then_some("true")
                            aria-describedby="language-help language-error"
                        >
                            {options}
                        </select>
                    </Field>
                </SaveForm>
            </div>
        </Card>
    }
    .into_any()
}
