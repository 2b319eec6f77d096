//! Form fields for the options. Each can be left unset and then shows the value that applies.

use crate::components::forms::field::{FieldError, aria_invalid};
use crate::icons::{Icon, IconView};
use crate::pages::integration::fields::labels::unset_label;
use domain::coded_enum::CodedEnum;
use domain::integration::selector::{AssetType, Options, SelectionMode};
use domain::integration::settings::{FieldOverride, SettingKey};
use leptos::html;
use leptos::prelude::*;

/// Renders a radio button.
fn radio(name: &'static str, value: &'static str, label: String, chosen: &str) -> impl IntoView + use<> {
    view! {
        <label class="check">
            <input type="radio" name=name value=value checked=value == chosen />
            <span>{label}</span>
        </label>
    }
}

/// Renders the radio button for a custom value. Editing the value selects it, see [`select_radio`].
fn custom_radio(
    name: &'static str,
    node: NodeRef<html::Input>,
    is_global: bool,
    chosen: &str,
) -> impl IntoView + use<> {
    let label = if is_global {
        "For all fields:"
    } else {
        "For this field:"
    };
    view! {
        <label class="check">
            <input type="radio" name=name value=FieldOverride::CUSTOM checked=chosen == FieldOverride::CUSTOM node_ref=node />
            <span>{label}</span>
        </label>
    }
}

fn select_radio(node: NodeRef<html::Input>) {
    if let Some(radio) = node.get_untracked() {
        radio.set_checked(true);
    }
}

/// Renders "Default search term".
#[component]
pub fn TermField(
    /// Whether the option is unset or custom, initially.
    source: String,
    /// The initial search term.
    term: String,
    /// The Global field settings, in the form of a field.
    global: Option<Options>,
    /// The validation error, if any.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let custom = NodeRef::new();
    view! {
        <fieldset class="field setting">
            <legend>{SettingKey::DefaultSearchTerm.label()}</legend>
            {radio(
                "form[term_source]",
                FieldOverride::UNSET,
                unset_label(global.as_ref(), SettingKey::DefaultSearchTerm),
                &source,
            )}
            {custom_radio("form[term_source]", custom, global.is_none(), &source)}
            <div class="override">
                <input
                    name="form[term]"
                    value=term
                    autocomplete="off"
                    aria-label=SettingKey::DefaultSearchTerm.label()
                    aria-invalid=aria_invalid(error)
                    aria-describedby="term-help term-error"
                    on:input=move |_| select_radio(custom)
                />
                <p class="help" id="term-help">
                    "Prefilled when the asset selector opens. Leave empty to show all assets."
                </p>
                <FieldError id="term-error" error />
            </div>
        </fieldset>
    }
    .into_any()
}

/// Renders "Visible asset types".
#[component]
pub fn TypesField(
    /// Whether the option is unset or custom, initially.
    source: String,
    /// The codes of the types that are initially selected.
    types: Vec<String>,
    /// The Global field settings, in the form of a field.
    global: Option<Options>,
    /// The validation error, if any.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let custom = NodeRef::new();
    let boxes = AssetType::ALL.iter().map(|kind| {
        // An error about the whole list is shown at the first checkbox.
        let is_first = AssetType::ALL.first() == Some(kind);
        let is_invalid = move || (is_first && error.with(Option::is_some)).then_some("true");
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    name="form[types][]"
                    value=kind.code()
                    checked=types.iter().any(|code| code == kind.code())
                    aria-invalid=is_invalid
                    aria-describedby=move || is_invalid().map(|_| "types-error")
                    on:change=move |_| select_radio(custom)
                />
                <span>{kind.label()}</span>
            </label>
        }
    });
    view! {
        <fieldset class="field setting">
            <legend>{SettingKey::AssetTypes.label()}</legend>
            {radio("form[types_source]", FieldOverride::UNSET, unset_label(global.as_ref(), SettingKey::AssetTypes), &source)}
            {custom_radio("form[types_source]", custom, global.is_none(), &source)}
            <div class="override">
                <div class="asset-types">{boxes.collect_view()}</div>
                <FieldError id="types-error" error />
            </div>
        </fieldset>
    }
    .into_any()
}

/// Renders "Always hide limited usage assets".
#[component]
pub fn LimitedUseField(
    /// The initial value.
    value: String,
    /// The Global field settings, in the form of a field.
    global: Option<Options>,
    /// The validation error, if any.
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <fieldset class="field setting">
            <legend>{SettingKey::HideLimitedUse.label()}</legend>
            {yes_no_radios("form[hide_limited_use]", SettingKey::HideLimitedUse, &value, global.as_ref())}
            <FieldError id="hide_limited_use-error" error />
        </fieldset>
    }
    .into_any()
}

/// Renders "Enable asset result in Layout Service" with a performance warning.
#[component]
pub fn LayoutServiceField(
    /// The initial value.
    value: String,
    /// The Global field settings, in the form of a field.
    global: Option<Options>,
    /// The validation error, if any.
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <fieldset class="field setting" aria-describedby="layout_service-help">
            <legend>{SettingKey::LayoutService.label()}</legend>
            {yes_no_radios("form[layout_service]", SettingKey::LayoutService, &value, global.as_ref())}
            <p class="help performance-note" id="layout_service-help">
                <IconView icon=Icon::Warning size="small" />
                <span>
                    "This affects performance: every Layout Service response then includes the complete asset data. \
                     Enable it only for fields whose pages need it."
                </span>
            </p>
            <FieldError id="layout_service-error" error />
        </fieldset>
    }
    .into_any()
}

fn yes_no_radios(name: &'static str, key: SettingKey, value: &str, global: Option<&Options>) -> impl IntoView + use<> {
    view! {
        <div class="choices">
            {radio(name, FieldOverride::UNSET, unset_label(global, key), value)} {radio(name, "true", "Yes".to_owned(), value)}
            {radio(name, "false", "No".to_owned(), value)}
        </div>
    }
}

/// Renders "Selection mode".
#[component]
pub fn ModeField(
    /// The initial value.
    value: String,
    /// The Global field settings, in the form of a field.
    global: Option<Options>,
    /// The validation error, if any.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let modes = SelectionMode::ALL
        .iter()
        .map(|mode| radio("form[mode]", mode.code(), mode.label().to_owned(), &value));
    let unset = radio(
        "form[mode]",
        FieldOverride::UNSET,
        unset_label(global.as_ref(), SettingKey::Mode),
        &value,
    );
    view! {
        <fieldset class="field setting">
            <legend>{SettingKey::Mode.label()}</legend>
            <div class="choices">{unset} {modes.collect_view()}</div>
            <FieldError id="mode-error" error />
        </fieldset>
    }
    .into_any()
}
