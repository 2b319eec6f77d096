//! Form of one field or of the Global field settings, with the live preview beside it.

mod members;
mod values;

use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::field::TextField;
use crate::components::forms::form::{FormError, FormState, ValidatedForm};
use crate::components::forms::save_form::{ConflictResolution, on_saved};
use crate::components::forms::unsaved_changes::{SaveBar, TrackedForm};
use crate::effect::{effect, memo};
use crate::icons::{Icon, IconView};
use crate::pages::integration::fields::FieldsState;
use crate::pages::integration::fields::actions::SaveField;
use crate::pages::integration::fields::form::members::{
    LayoutServiceField, LimitedUseField, ModeField, TermField, TypesField,
};
use crate::pages::integration::fields::form::values::{effective_options, field_form, read_form, saved_form};
use crate::pages::integration::fields::page_url::{FieldsUrl, OpenForm};
use crate::pages::integration::fields::preview::LivePreview;
use domain::fields::name_key;
use domain::integration::settings::{Edit, FieldForm};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The fields that show their own validation errors.
const FORM_FIELDS: &[&str] = &["field", "term", "types", "hide_limited_use", "layout_service", "mode"];

fn form_title(open_form: &OpenForm) -> String {
    match open_form {
        OpenForm::None | OpenForm::Add(_) => "Add field".to_owned(),
        OpenForm::Global => "Global field settings".to_owned(),
        OpenForm::Edit(name) => name.clone(),
        OpenForm::Duplicate(name) => format!("Duplicate of {name}"),
    }
}

/// Renders the form of a field and the preview.
#[component]
pub fn FieldEditor(
    /// The state of the page.
    fields: FieldsState,
    /// The form to show.
    open_form: OpenForm,
) -> impl IntoView {
    let data = fields.data.get_untracked();
    let settings = &data.current.settings;
    let Some(saved) = saved_form(&open_form, settings) else {
        return missing_field(&fields.url.get_untracked()).into_any();
    };
    // The URL's draft belongs to the form that was open when the page was loaded.
    let url = fields.url.get_untracked();
    let draft = url.draft.clone().filter(|_| url.open_form == open_form);
    let conflicts = data.conflicts.clone().filter(|_| draft.is_some());
    let tracker = fields.forms.form();
    let (form, base) = match draft {
        Some(draft) => {
            tracker.mark_restored(draft.base);
            (draft.form, draft.base)
        }
        None => (saved, data.current.revision),
    };
    let validate = {
        let mut settings = settings.clone();
        if conflicts.is_some() && form.was.is_empty() {
            // Two users added the same field. The form asks which one to keep, so it isn't a duplicate.
            let key = name_key(&form.field);
            settings.fields.retain(|field| name_key(&field.field) != key);
        }
        move |form: &FieldForm| Edit::Field(form.clone()).apply(&mut settings.clone()).err()
    };
    let form_state = FormState::new::<SaveField>(move |values| validate(&field_form(values)));
    on_saved(form_state, tracker, fields.changes);
    let typed = RwSignal::new(form.clone());
    let global = settings.global.clone();
    let for_field = (!form.global).then(|| global.clone());
    let options = memo(move || typed.with(|form| effective_options(form, &global)));
    let container = NodeRef::<html::Div>::new();
    let refresh = move || {
        if let Some(form) = container
            .try_get_untracked()
            .flatten()
            .and_then(|container| read_form(&container))
        {
            typed.set(form);
        }
    };
    // The user may have edited the form before the page became interactive.
    effect(move || {
        container.track();
        refresh();
    });
    let heading = NodeRef::<html::H2>::new();
    focus_on_open(heading);
    let busy = form_state.is_busy();
    let close_url = url.with_open_form(OpenForm::None).to_string();
    let duplicate = match &open_form {
        OpenForm::Duplicate(name) => name.clone(),
        _ => String::new(),
    };
    let name = (!form.global).then(|| {
        view! {
            <TextField
                name="form[field]"
                label="Field"
                value=form.field.clone()
                autofocus=form.field.is_empty()
                help="The content field’s name in your CMS. Not case-sensitive."
                error=form_state.error("field")
            />
        }
    });
    view! {
        <section class="editor" aria-labelledby="editor">
            <div class="editor-form">
                <h2 id="editor" tabindex="-1" node_ref=heading>
                    {form_title(&open_form)}
                </h2>
                {form
                    .global
                    .then(|| {
                        view! { <p class="muted">"Used by every field without its own settings."</p> }
                    })}
                <TrackedForm tracker>
                    <div node_ref=container on:input=move |_| refresh() on:change=move |_| refresh()>
                        <ValidatedForm form_state class="form">
                            <ConflictResolution form_state tracker found=conflicts changes=fields.changes />
                            <FormError form_state fields=FORM_FIELDS />
                            <input type="hidden" name="base" value=base.to_string() />
                            <input type="hidden" name="duplicate" value=duplicate />
                            <input type="hidden" name="form[was]" value=form.was />
                            <input type="hidden" name="form[global]" value=form.global.to_string() />
                            {match name {
                                Some(name) => name.into_any(),
                                None => view! { <input type="hidden" name="form[field]" value="" /> }.into_any(),
                            }}
                            <TermField
                                source=form.term_source
                                term=form.term
                                global=for_field.clone()
                                error=form_state.error("term")
                            />
                            <TypesField
                                source=form.types_source
                                types=form.types
                                global=for_field.clone()
                                error=form_state.error("types")
                            />
                            <LimitedUseField
                                value=form.hide_limited_use
                                global=for_field.clone()
                                error=form_state.error("hide_limited_use")
                            />
                            <LayoutServiceField
                                value=form.layout_service
                                global=for_field.clone()
                                error=form_state.error("layout_service")
                            />
                            <ModeField value=form.mode global=for_field error=form_state.error("mode") />
                            <div class="editor-footer">
                                <SaveBar tracker busy />
                                <a class="button" href=close_url data-noscroll>
                                    "Cancel"
                                </a>
                            </div>
                        </ValidatedForm>
                    </div>
                </TrackedForm>
            </div>
            <LivePreview fields options />
        </section>
    }
    .into_any()
}

/// Renders a message in place of the form of a field that doesn't exist.
fn missing_field(url: &FieldsUrl) -> impl IntoView + use<> {
    let back = url.with_open_form(OpenForm::None).to_string();
    view! {
        <div class="editor-missing">
            <Notice kind=NoticeKind::Warning title="These settings no longer exist">
                <p>"See History for previous values."</p>
                <p>
                    <a href=back data-noscroll>
                        <IconView icon=Icon::ChevronRight size="small" />
                        "Back to the list"
                    </a>
                </p>
            </Notice>
        </div>
    }
}

/// Moves the focus to the form when it opens, unless the form already has the focus.
fn focus_on_open(heading: NodeRef<html::H2>) {
    effect(move || {
        let Some(heading) = heading.get() else { return };
        // Wait until the form is in the document.
        request_animation_frame(move || {
            let editor = heading.closest("section").ok().flatten();
            let focused = document().active_element();
            if editor
                .as_ref()
                .is_some_and(|editor| editor.contains(focused.as_deref()))
            {
                return;
            }
            let field = editor.and_then(|editor| editor.query_selector("input[autofocus]").ok().flatten());
            let field = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok());
            // If the element can't be focused, the focus stays where it is.
            let _ = field.as_ref().unwrap_or(&heading).focus();
        });
    });
}
