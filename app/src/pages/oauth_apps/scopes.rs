//! The field for the scopes of an app, with the description and the required right of each scope.

use crate::components::forms::field::FieldError;
use crate::components::reactive::dynamic::dynamic;
use crate::effect::effect;
use domain::accounts::rights::Rights;
use domain::coded_enum::CodedEnum;
use domain::oauth2::scopes::{Scope, Scopes};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// Parses the scope codes of the form. Unknown codes are ignored here; the server rejects them.
pub fn parse_scopes(codes: &[String]) -> Scopes {
    codes.iter().filter_map(|code| Scope::from_code(code)).collect()
}

/// Renders the checkboxes of all scopes, grouped under headings.
#[component]
pub fn ScopesField(
    /// The scopes that are selected initially, and when the form is reset.
    #[prop(into)]
    initial: Signal<Scopes>,
    /// The selected scopes.
    selected: RwSignal<Scopes>,
    /// The rights of the app's user, if it has one and they are known.
    #[prop(into)]
    rights: Signal<Option<Rights>>,
    /// Whether users grant access on a consent page. Without consent there are no refresh tokens.
    #[prop(into)]
    requires_consent: Signal<bool>,
    /// The URL of this form with the connector scopes selected.
    connector_url: String,
    /// Whether the script runs.
    live: ReadSignal<bool>,
    /// The validation error, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let node = NodeRef::<html::Fieldset>::new();
    let read_selection = move || {
        if let Some(codes) = node.get_untracked().map(|fields| checked_codes(&fields)) {
            selected.set(parse_scopes(&codes));
        }
    };
    // The user may have selected some before the script was loaded.
    effect(move || {
        node.track();
        read_selection();
    });
    let select_connector_scopes = move |_| {
        if let Some(fields) = node.get_untracked() {
            check(&fields, &Scope::CONNECTOR);
        }
    };
    let connector_button = move || {
        if live.get() {
            view! {
                <button class="button small" type="button" on:click=select_connector_scopes>
                    "Select connector scopes"
                </button>
            }
            .into_any()
        } else {
            view! {
                <a class="button small" href=connector_url.clone()>
                    "Select connector scopes"
                </a>
            }
            .into_any()
        }
    };
    let groups = groups().into_iter().map(|(group, scopes)| {
        let id = format!("scopes-{}", group.to_ascii_lowercase());
        let label = id.clone();
        let is_offline = scopes == [Scope::Offline];
        let hidden = move || live.get() && !requires_consent.get() && is_offline;
        let checkboxes = scopes
            .iter()
            .map(|scope| scope_checkbox(*scope, initial, rights, error))
            .collect_view();
        view! {
            <div class="scope-group" role="group" aria-labelledby=label hidden=hidden>
                <p class="label" id=id>
                    {group}
                </p>
                {checkboxes}
            </div>
        }
    });
    view! {
        <fieldset class="field" node_ref=node on:change=move |_| read_selection() aria-describedby="scopes-help">
            <legend>"Scopes"</legend>
            <p class="help" id="scopes-help">
                "The maximum scopes of the app. Tokens are also limited by the user’s rights."
            </p>
            <div class="buttons">{dynamic(connector_button)}</div>
            <div class="scope-groups">{groups.collect_view()}</div>
            <FieldError id="scopes-error" error />
        </fieldset>
    }
    .into_any()
}

fn scope_checkbox(
    scope: Scope,
    initial: Signal<Scopes>,
    rights: Signal<Option<Rights>>,
    error: Signal<Option<String>>,
) -> impl IntoView + use<> {
    let missing_right = dynamic(move || {
        let right = scope.right()?;
        let is_missing = rights.get().is_some_and(|rights| !rights.has(right));
        is_missing.then(|| {
            view! {
                <small class="not-granted">
                    "Won’t be granted: the user doesn’t have the " <strong>{right.label()}</strong> " right"
                </small>
            }
        })
    });
    let note = (scope == Scope::Offline).then_some(" (not with client credentials)");
    // An error about the whole group is shown at the first checkbox.
    let is_invalid = move || (Scope::ALL.first() == Some(&scope) && error.with(Option::is_some)).then_some("true");
    view! {
        <label class="check">
            <input
                type="checkbox"
                name="scopes[]"
                value=scope.code()
                checked=move || initial.get().has(scope)
                aria-invalid=is_invalid
                aria-describedby=move || is_invalid().map(|_| "scopes-error")
            />
            <span>
                <code>{scope.code()}</code>
                " "
                <small class="muted">{scope.description()} {note}</small>
                {missing_right}
            </span>
        </label>
    }
}

/// Returns the headings with their scopes, in reading order.
fn groups() -> Vec<(&'static str, Vec<Scope>)> {
    let mut groups: Vec<(&'static str, Vec<Scope>)> = Vec::new();
    for scope in Scope::ALL {
        match groups.last_mut() {
            Some((group, scopes)) if *group == scope.group() => scopes.push(*scope),
            _ => groups.push((scope.group(), vec![*scope])),
        }
    }
    groups
}

fn checkboxes(fields: &web_sys::Element) -> Vec<HtmlInputElement> {
    let Ok(found) = fields.query_selector_all("input[type=checkbox]") else {
        return Vec::new();
    };
    let inputs = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok());
    inputs.collect()
}

fn checked_codes(fields: &web_sys::Element) -> Vec<String> {
    let checked = checkboxes(fields).into_iter().filter(HtmlInputElement::checked);
    checked.map(|input| input.value()).collect()
}

/// Checks the checkboxes of `scopes` by clicking them, so that the form receives the same events as from the user.
fn check(fields: &web_sys::Element, scopes: &[Scope]) {
    for input in checkboxes(fields) {
        let is_requested = scopes.iter().any(|scope| scope.code() == input.value());
        if is_requested && !input.checked() {
            input.click();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::groups;
    use domain::coded_enum::CodedEnum;
    use domain::oauth2::scopes::Scope;

    #[test]
    fn each_group_appears_once_with_all_of_its_scopes() {
        let groups = groups();
        let mut headings: Vec<&str> = groups.iter().map(|(group, _)| *group).collect();
        headings.sort_unstable();
        headings.dedup();
        assert_eq!(headings.len(), groups.len());
        assert_eq!(
            groups.iter().map(|(_, scopes)| scopes.len()).sum::<usize>(),
            Scope::ALL.len()
        );
    }
}
