//! Validation of a form while it is filled in: which fields show an error, and when.

use domain::fields::FieldErrors;
use leptos::ev;
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement};

/// Returns the value of a field by name. The values of several fields with one name are joined by line breaks.
pub type Values<'a> = &'a dyn Fn(&str) -> String;

/// Validates the values of a form.
pub(super) type Validator = Box<dyn Fn(Values<'_>) -> Option<FieldErrors> + Send + Sync>;

/// Holds the validation errors of a form's current values, and which of them are shown.
#[derive(Clone, Copy)]
pub(super) struct Validation {
    validator: StoredValue<Validator>,
    /// The validation errors of the current values.
    errors: RwSignal<FieldErrors>,
    /// The fields that were edited since the form was submitted, whose server errors are outdated.
    edited: RwSignal<BTreeSet<String>>,
    /// The fields that the user has left after editing them, whose errors are shown.
    touched: RwSignal<BTreeSet<String>>,
    /// Whether a pointer is pressed on the form.
    is_pressed: StoredValue<bool>,
    /// The field that lost the focus because of that press.
    blurred: StoredValue<Option<String>>,
}

impl Validation {
    /// Creates the state of a form that nobody has edited yet.
    pub fn new(validator: Validator) -> Self {
        Self {
            validator: StoredValue::new(validator),
            errors: RwSignal::default(),
            edited: RwSignal::default(),
            touched: RwSignal::default(),
            is_pressed: StoredValue::new(false),
            blurred: StoredValue::new(None),
        }
    }

    /// Returns the validation error of a touched field.
    pub fn error(self, field: &str) -> Option<String> {
        let error = || self.errors.with(|errors| errors.get(field).map(str::to_owned));
        let is_touched = self.touched.with(|touched| touched.contains(field));
        is_touched.then(error).flatten()
    }

    /// Returns whether a field was edited since the form was submitted.
    pub fn is_edited(self, field: &str) -> bool {
        self.edited.with(|edited| edited.contains(field))
    }

    /// Handles the form's `input` and `change` events. Like the other events, they may arrive when the form has just been
    /// removed, because browsers send events to a field that loses the focus while it is removed.
    pub fn on_input(self, event: &ev::Event) {
        let Some(form) = event_form(event) else { return };
        self.validate(&form);
        if let Some(name) = event_field_name(event) {
            self.edited.try_update(|edited| edited.insert(name));
        }
    }

    /// Handles the form's `focusout` event: marks an edited field as touched. The event also arrives while a form with the
    /// focus is being removed, when its views must not be updated, so it is handled in a timeout, after the removal. While
    /// a pointer is pressed no error is shown, because it would move the element that is being clicked.
    pub fn on_blur(self, event: &ev::FocusEvent) {
        let Some(name) = event_field_name(event) else { return };
        if self.edited.try_with_untracked(|edited| edited.contains(&name)) != Some(true) {
            return;
        }
        if self.is_pressed.try_get_value() == Some(true) {
            self.blurred.try_set_value(Some(name));
        } else {
            let touch = move || _ = self.touched.try_update(|touched| touched.insert(name));
            set_timeout(touch, Duration::ZERO);
        }
    }

    /// Handles the form's `pointerdown` event.
    pub fn on_pointer_down(self) {
        self.is_pressed.try_set_value(true);
    }

    /// Handles the events that end a press. The `click` event follows them, so the state changes in a timeout.
    pub fn on_pointer_up(self) {
        let release = move || {
            self.is_pressed.try_set_value(false);
            if let Some(Some(name)) = self.blurred.try_update_value(Option::take) {
                self.touched.try_update(|touched| touched.insert(name));
            }
        };
        set_timeout(release, Duration::ZERO);
    }

    /// Validates the values that are being submitted, shows all errors, and returns whether there are none.
    pub fn on_submit(self, form: &HtmlFormElement) -> bool {
        self.validate(form);
        let invalid: BTreeSet<String> = self
            .errors
            .try_with_untracked(|errors| errors.0.iter().map(|error| error.field.clone()).collect())
            .unwrap_or_default();
        let is_valid = invalid.is_empty();
        self.touched.try_set(invalid);
        self.edited.try_update(BTreeSet::clear);
        is_valid
    }

    fn validate(self, form: &HtmlFormElement) {
        let Some(values) = form_values(form) else { return };
        let errors = self.validator.try_with_value(|validator| validator(&values)).flatten();
        self.errors.try_set(errors.unwrap_or_default());
    }
}

/// Returns the current values of a form.
pub(crate) fn form_values(form: &HtmlFormElement) -> Option<impl Fn(&str) -> String + use<>> {
    let data = FormData::new_with_form(form).ok()?;
    Some(move |name: &str| {
        let values = data.get_all(name).into_iter().filter_map(|value| value.as_string());
        values.collect::<Vec<_>>().join("\n")
    })
}

fn event_form(event: &ev::Event) -> Option<HtmlFormElement> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    element.closest("form").ok()??.dyn_into().ok()
}

/// Returns the field's name as in [`FieldErrors`]: a form names the fields of a list `scopes[]`, and those of a nested
/// form `form[term]`.
fn event_field_name(event: &ev::Event) -> Option<String> {
    let name = event
        .target()?
        .dyn_into::<web_sys::Element>()
        .ok()?
        .get_attribute("name")?;
    let name = name.strip_suffix("[]").unwrap_or(&name);
    let inner = name.strip_suffix(']').and_then(|name| name.split_once('['));
    Some(inner.map_or(name, |(_, inner)| inner).to_owned())
}
