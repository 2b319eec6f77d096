//! Card with the asset selector global settings.

use crate::components::data::card::Card;
use crate::components::forms::field::SelectField;
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
    let options = Language::ALL.iter().map(|language| (language.code(), language.label()));
    let (back, conflicts) = rejected;
    view! {
        <Card id="global" title="Asset selector global settings" help="Applies to all asset selectors.">
            <div class="card-body">
                <SaveForm form_state tracker revision=current.revision back conflicts fields=FORM_FIELDS changes>
                    <SelectField
                        name="language"
                        label="Language"
                        options=options.collect()
                        selected=draft.unwrap_or_else(|| current.settings.language.code().to_owned())
                        help="Language shown to editors."
                        error=form_state.error("language")
                    />
                </SaveForm>
            </div>
        </Card>
    }
    .into_any()
}
