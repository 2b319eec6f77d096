//! The form's options. Each may be left open, visibly, and says what then holds.

use crate::components::forms::field::FieldError;
use crate::components::forms::form::Values;
use crate::icons::{Draw, Icon};
use crate::pages::integration::fields::words::left_open;
use domain::integration::selector::{AssetType, Options, SelectionMode};
use domain::integration::settings::{FieldForm, Member, Own};
use leptos::html;
use leptos::prelude::*;

/// What the form's fields hold.
pub fn field_form(values: Values<'_>) -> FieldForm {
    FieldForm {
        was: values("form[was]"),
        field: values("form[field]"),
        global: values("form[global]") == "true",
        term_source: values("form[term_source]"),
        term: values("form[term]"),
        types_source: values("form[types_source]"),
        types: values("form[types][]").lines().map(str::to_owned).collect(),
        hide_limited_use: values("form[hide_limited_use]"),
        layout_service: values("form[layout_service]"),
        mode: values("form[mode]"),
    }
}

/// One way to go, of a few.
fn radio(name: &'static str, value: &'static str, label: String, chosen: &str) -> impl IntoView + use<> {
    view! {
        <label class="check">
            <input type="radio" name=name value=value checked=value == chosen />
            <span>{label}</span>
        </label>
    }
}

/// The radio button of an option that is this level's own. It becomes the chosen one once its fields are used.
fn own_radio(name: &'static str, node: NodeRef<html::Input>, is_global: bool, chosen: &str) -> impl IntoView + use<> {
    let words = if is_global {
        "For all fields:"
    } else {
        "For this field:"
    };
    view! {
        <label class="check">
            <input type="radio" name=name value=Own::OWN checked=chosen == Own::OWN node_ref=node />
            <span>{words}</span>
        </label>
    }
}

fn choose(node: NodeRef<html::Input>) {
    if let Some(radio) = node.get_untracked() {
        radio.set_checked(true);
    }
}

/// `Default search term`.
#[component]
pub fn TermField(
    /// What it holds at first.
    source: String,
    /// The term at first.
    term: String,
    /// The Global field settings, for the form of a field.
    global: Option<Options>,
    /// The complaint about it, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let own = NodeRef::new();
    view! {
        <fieldset class="field setting">
            <legend>{Member::DefaultSearchTerm.label()}</legend>
            {radio(
                "form[term_source]",
                Own::OPEN,
                left_open(global.as_ref(), Member::DefaultSearchTerm),
                &source,
            )}
            {own_radio("form[term_source]", own, global.is_none(), &source)}
            <div class="own">
                <input
                    name="form[term]"
                    value=term
                    autocomplete="off"
                    aria-label=Member::DefaultSearchTerm.label()
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby="term-help term-error"
                    on:input=move |_| choose(own)
                />
                <p class="help" id="term-help">
                    "The search starts with it whenever the asset selector opens. Empty, it starts with everything."
                </p>
                <FieldError id="term-error" error />
            </div>
        </fieldset>
    }
    .into_any()
}

/// `Visible asset types`.
#[component]
pub fn TypesField(
    /// What it holds at first.
    source: String,
    /// The codes of the types that are ticked at first.
    types: Vec<String>,
    /// The Global field settings, for the form of a field.
    global: Option<Options>,
    /// The complaint about it, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let own = NodeRef::new();
    let boxes = AssetType::ALL.iter().map(|kind| {
        // A complaint about all of them stands at the first.
        let is_first = AssetType::ALL.first() == Some(kind);
        let is_wrong = move || (is_first && error.with(Option::is_some)).then_some("true");
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    name="form[types][]"
                    value=kind.code()
                    checked=types.iter().any(|code| code == kind.code())
                    aria-invalid=is_wrong
                    aria-describedby=move || is_wrong().map(|_| "types-error")
                    on:change=move |_| choose(own)
                />
                <span>{kind.label()}</span>
            </label>
        }
    });
    view! {
        <fieldset class="field setting">
            <legend>{Member::AssetTypes.label()}</legend>
            {radio("form[types_source]", Own::OPEN, left_open(global.as_ref(), Member::AssetTypes), &source)}
            {own_radio("form[types_source]", own, global.is_none(), &source)}
            <div class="own">
                <div class="kinds">{boxes.collect_view()}</div>
                <FieldError id="types-error" error />
            </div>
        </fieldset>
    }
    .into_any()
}

/// `Always hide limited usage assets`.
#[component]
pub fn LimitedUseField(
    /// What it holds at first.
    value: String,
    /// The Global field settings, for the form of a field.
    global: Option<Options>,
    /// The complaint about it, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <fieldset class="field setting">
            <legend>{Member::HideLimitedUse.label()}</legend>
            {yes_or_no("form[hide_limited_use]", Member::HideLimitedUse, &value, global.as_ref())}
            <FieldError id="hide_limited_use-error" error />
        </fieldset>
    }
    .into_any()
}

/// `Enable asset result in Layout Service`, with what it costs.
#[component]
pub fn LayoutServiceField(
    /// What it holds at first.
    value: String,
    /// The Global field settings, for the form of a field.
    global: Option<Options>,
    /// The complaint about it, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <fieldset class="field setting" aria-describedby="layout_service-help">
            <legend>{Member::LayoutService.label()}</legend>
            {yes_or_no("form[layout_service]", Member::LayoutService, &value, global.as_ref())}
            <p class="help costs" id="layout_service-help">
                <Draw icon=Icon::Warning size="small" />
                <span>
                    "This affects performance: every answer of the Layout Service then holds the complete asset data. \
                     Enable it only where your pages need it."
                </span>
            </p>
            <FieldError id="layout_service-error" error />
        </fieldset>
    }
    .into_any()
}

fn yes_or_no(name: &'static str, member: Member, value: &str, global: Option<&Options>) -> impl IntoView + use<> {
    view! {
        <div class="choices">
            {radio(name, Own::OPEN, left_open(global, member), value)} {radio(name, "true", "Yes".to_owned(), value)}
            {radio(name, "false", "No".to_owned(), value)}
        </div>
    }
}

/// `Selection mode`.
#[component]
pub fn ModeField(
    /// What it holds at first.
    value: String,
    /// The Global field settings, for the form of a field.
    global: Option<Options>,
    /// The complaint about it, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let modes = SelectionMode::ALL
        .iter()
        .map(|mode| radio("form[mode]", mode.code(), mode.label().to_owned(), &value));
    let open = radio(
        "form[mode]",
        Own::OPEN,
        left_open(global.as_ref(), Member::Mode),
        &value,
    );
    view! {
        <fieldset class="field setting">
            <legend>{Member::Mode.label()}</legend>
            <div class="choices">{open} {modes.collect_view()}</div>
            <FieldError id="mode-error" error />
        </fieldset>
    }
    .into_any()
}
