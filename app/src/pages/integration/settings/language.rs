//! Asset selector global settings.

use crate::components::forms::field::FieldError;
use crate::components::forms::form::{Check, Values};
use crate::components::forms::save_form::SaveForm;
use crate::components::forms::unsaved_changes::Unsaved;
use crate::pages::integration::settings::actions::SaveLanguage;
use domain::fields::FieldErrors;
use domain::integration::selector::Language;
use domain::integration::settings::{Clashes, Edit, GlobalForm, Revised, Settings};
use leptos::prelude::*;

const FIELDS: &[&str] = &["language"];

fn errors(values: Values<'_>) -> Option<FieldErrors> {
    let language = values("language");
    Edit::Global(GlobalForm { language })
        .apply(&mut Settings::default())
        .err()
}

/// The card with the language of the asset selector.
#[component]
pub fn LanguageCard(
    /// The settings.
    revised: Revised,
    /// What the field holds instead of what is kept.
    filled: Option<String>,
    /// The revision of a form that came back, and what it clashes with.
    back: (Option<i64>, Option<Clashes>),
    /// The form.
    unsaved: Unsaved,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<SaveLanguage>::new(errors);
    let error = check.error("language");
    let chosen = filled.unwrap_or_else(|| revised.settings.language.code().to_owned());
    let options = Language::ALL.iter().map(|language| {
        view! {
            <option value=language.code() selected=language.code() == chosen>
                {language.label()}
            </option>
        }
    });
    let options = options.collect_view();
    let (back, clashes) = back;
    view! {
        <section class="card" aria-labelledby="global">
            <div class="card-header">
                <h2 id="global">"Asset selector global settings"</h2>
                <p>"They hold for all instances of the asset selector."</p>
            </div>
            <div class="card-body">
                <SaveForm check unsaved revision=revised.revision back clashes fields=FIELDS changes>
                    <div class="field">
                        <label for="language">"Language"</label>
                        <select
                            id="language"
                            name="language"
                            autocomplete="off"
                            aria-invalid=move || error.with(Option::is_some).then_some("true")
                            aria-describedby="language-help language-error"
                        >
                            {options}
                        </select>
                        <p class="help" id="language-help">
                            "The language in which the asset selector speaks to editors."
                        </p>
                        <FieldError id="language-error" error />
                    </div>
                </SaveForm>
            </div>
        </section>
    }
    .into_any()
}
