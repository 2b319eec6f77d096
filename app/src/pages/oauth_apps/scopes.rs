//! The scopes to choose from, each with what it means and what it needs.

use crate::components::forms::field::FieldError;
use domain::accounts::rights::Rights;
use domain::oauth2::scopes::{Scope, Scopes};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// What the form's words mean; a word that is none is for the server to complain about.
pub fn read(words: &[String]) -> Scopes {
    words.iter().filter_map(|word| Scope::from_code(word)).collect()
}

/// The scopes, under their headings.
#[component]
pub fn ScopesField(
    /// Those that are chosen.
    chosen: RwSignal<Scopes>,
    /// What the app's user may do, where there is one and that is known.
    #[prop(into)]
    rights: Signal<Option<Rights>>,
    /// Whether people are asked, without which there are no refresh tokens.
    #[prop(into)]
    asks_people: Signal<bool>,
    /// The address of this form with the seven of a connector chosen.
    connector: String,
    /// Whether the script runs.
    live: ReadSignal<bool>,
    /// The complaint about them, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let node = NodeRef::<html::Fieldset>::new();
    let look = move || {
        if let Some(words) = node.get_untracked().map(|fields| words(&fields)) {
            chosen.set(read(&words));
        }
    };
    // They may have been chosen before the script came.
    Effect::new(move |_| {
        node.track();
        look();
    });
    let choose_seven = move |_| {
        if let Some(fields) = node.get_untracked() {
            choose(&fields, &Scope::CONNECTOR);
        }
    };
    let seven = move || {
        if live.get() {
            view! {
                <button class="button small" type="button" on:click=choose_seven>
                    "The seven of a connector"
                </button>
            }
            .into_any()
        } else {
            view! {
                <a class="button small" href=connector.clone()>
                    "The seven of a connector"
                </a>
            }
            .into_any()
        }
    };
    let at_first = chosen.get_untracked();
    let groups = groups().into_iter().map(|(group, scopes)| {
        let id = format!("scopes-{}", group.to_lowercase());
        let label = id.clone();
        let is_offline = scopes == [Scope::Offline];
        let hidden = move || live.get() && !asks_people.get() && is_offline;
        let boxes = scopes
            .iter()
            .map(|scope| tick(*scope, at_first, rights, error))
            .collect_view();
        view! {
            <div class="scope-group" role="group" aria-labelledby=label hidden=hidden>
                <p class="label" id=id>
                    {group}
                </p>
                {boxes}
            </div>
        }
    });
    view! {
        <fieldset class="field" node_ref=node on:change=move |_| look() aria-describedby="scopes-help">
            <legend>"Scopes"</legend>
            <p class="help" id="scopes-help">
                "What the app can be granted at most. Of that, a token gets what its user’s rights allow."
            </p>
            <div class="buttons">{seven}</div>
            <div class="scope-groups">{groups.collect_view()}</div>
            <FieldError id="scopes-error" error />
        </fieldset>
    }
    .into_any()
}

fn tick(
    scope: Scope,
    at_first: Scopes,
    rights: Signal<Option<Rights>>,
    error: Signal<Option<String>>,
) -> impl IntoView + use<> {
    let lacks = move || {
        let right = scope.right()?;
        let lacks = rights.get().is_some_and(|rights| !rights.has(right));
        lacks.then(|| {
            view! {
                <small class="lacks">
                    "Will not be granted: the user lacks the right " <strong>{right.label()}</strong>
                </small>
            }
        })
    };
    let needs = (scope == Scope::Offline).then_some(" (not with client credentials)");
    // A complaint about all of them stands at the first.
    let is_wrong = move || (Scope::ALL.first() == Some(&scope) && error.with(Option::is_some)).then_some("true");
    view! {
        <label class="check">
            <input
                type="checkbox"
                name="scopes[]"
                value=scope.code()
                checked=at_first.has(scope)
                aria-invalid=is_wrong
                aria-describedby=move || is_wrong().map(|_| "scopes-error")
            />
            <span>
                <code>{scope.code()}</code>
                " "
                <small class="muted">{scope.sentence()} {needs}</small>
                {lacks}
            </span>
        </label>
    }
}

/// The headings with what stands under each, in reading order.
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

fn boxes(fields: &web_sys::Element) -> Vec<HtmlInputElement> {
    let Ok(found) = fields.query_selector_all("input[type=checkbox]") else {
        return Vec::new();
    };
    let inputs = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok());
    inputs.collect()
}

fn words(fields: &web_sys::Element) -> Vec<String> {
    let chosen = boxes(fields).into_iter().filter(HtmlInputElement::checked);
    chosen.map(|input| input.value()).collect()
}

/// Ticks what is not ticked yet; the form is told as if the person had done it.
fn choose(fields: &web_sys::Element, scopes: &[Scope]) {
    for input in boxes(fields) {
        let is_meant = scopes.iter().any(|scope| scope.code() == input.value());
        if is_meant && !input.checked() {
            input.click();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::groups;
    use domain::oauth2::scopes::Scope;

    #[test]
    fn each_heading_stands_once_over_all_of_its_scopes() {
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
