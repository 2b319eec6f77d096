//! Card with the asset selector global settings.

use crate::components::data::card::Card;
use crate::components::forms::field::SelectField;
use crate::components::forms::form::{FormState, Values};
use crate::components::forms::save_form::SaveForm;
use crate::components::forms::unsaved_changes::FormTracker;
use crate::pages::integration::settings::actions::SaveLanguage;
use crate::pages::integration::settings::data::SettingsData;
use domain::coded_enum::CodedEnum;
use domain::fields::FieldErrors;
use domain::integration::selector::Language;
use domain::integration::settings::{Conflicts, Edit, GlobalForm, Settings};
use leptos::prelude::*;
use std::sync::Arc;

/// The fields that show their own validation errors.
const FORM_FIELDS: &[&str] = &["language"];

fn validate(values: Values<'_>) -> Option<FieldErrors> {
    let language = values("language");
    Edit::Global(GlobalForm { language })
        .apply(&mut Settings::default())
        .err()
}

/// Renders the card with the language of the asset selector.
#[component]
pub fn LanguageCard(
    /// The data of the page.
    data: Signal<Arc<SettingsData>>,
    /// The value of a form that was rejected without JavaScript.
    draft: Option<String>,
    /// The revision and the conflicts of a form that was rejected without JavaScript.
    rejected: (Option<i64>, Option<Conflicts>),
    /// Tracks unsaved changes of the form.
    tracker: FormTracker,
    /// Incremented after each change to reload the page.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::new::<SaveLanguage>(validate);
    let options = Language::ALL.iter().map(|language| (language.code(), language.label()));
    let saved = move || data.with_untracked(|data| data.current.settings.language.code().to_owned());
    let selected = RwSignal::new(draft.unwrap_or_else(saved));
    let show_saved = Callback::new(move |()| selected.set(saved()));
    let revision = Signal::derive(move || data.with(|data| data.current.revision));
    let (back, conflicts) = rejected;
    view! {
        <Card id="global" title="Asset selector global settings" help="Applies to all asset selectors.">
            <div class="card-body">
                <SaveForm form_state tracker revision show_saved back conflicts fields=FORM_FIELDS changes>
                    <SelectField
                        name="language"
                        label="Language"
                        options=options.collect()
                        selected
                        help="Language shown to editors."
                        error=form_state.error("language")
                    />
                </SaveForm>
            </div>
        </Card>
    }
    .into_any()
}
