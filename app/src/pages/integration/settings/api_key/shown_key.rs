//! Showing and hiding the API key.

use crate::components::forms::form::{FormState, ValidatedForm};
use crate::components::reactive::dynamic::dynamic;
use crate::effect::effect;
use crate::pages::integration::layout::Tab;
use crate::pages::integration::settings::api_key::actions::ShowApiKey;
use leptos::prelude::*;

/// Holds the API key while it is shown.
#[derive(Clone, Copy)]
pub struct ShownKey {
    /// The form that asks for the key.
    pub form_state: FormState,
    /// The key, or `None` while it is hidden.
    pub key: RwSignal<Option<String>>,
}

impl ShownKey {
    /// Creates the state with the key, if the URL asks to show it.
    pub fn new(key: Option<String>) -> Self {
        let form_state = FormState::new::<ShowApiKey>(|_| None);
        let key = RwSignal::new(key);
        effect(move || {
            if let Some(Ok(shown)) = form_state.output::<ShowApiKey>() {
                key.set(Some(shown));
            }
        });
        Self { form_state, key }
    }

    /// Hides the key.
    pub fn hide(self) {
        self.form_state.reset();
        self.key.set(None);
    }
}

/// Renders the button that shows the key, or the link that hides it.
#[component]
pub fn ShowKeyButton(
    /// The state of the key.
    shown: ShownKey,
    /// The label of the button that shows the key.
    show: &'static str,
    /// The label of the link that hides it.
    hide: &'static str,
    /// The URL of the page, if it isn't the Settings tab.
    #[prop(optional)]
    page: Option<String>,
) -> impl IntoView {
    let ShownKey { form_state, key } = shown;
    let hide_url = page.clone().unwrap_or_else(|| Tab::Settings.path().to_owned());
    dynamic(move || {
        if key.with(Option::is_some) {
            view! {
                <a class="button" href=hide_url.clone() data-noscroll on:click=move |_| shown.hide()>
                    {hide}
                </a>
            }
            .into_any()
        } else {
            let back = page
                .clone()
                .map(|page| view! { <input type="hidden" name="back" value=page /> });
            view! {
                <ValidatedForm form_state>
                    {back}
                    <button class="button" aria-busy=move || form_state.busy()>
                        {show}
                    </button>
                </ValidatedForm>
            }
            .into_any()
        }
    })
}
