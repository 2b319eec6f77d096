//! The form of one field or of the Global field settings, with the live preview beside it.

use crate::components::feedback::notice::{Kind, Notice};
use crate::components::forms::field::TextField;
use crate::components::forms::form::{Check, CheckedForm, FormProblem};
use crate::components::forms::save_form::{Choice, when_saved};
use crate::components::forms::unsaved_changes::{SaveBar, Watched};
use crate::icons::{Draw, Icon};
use crate::pages::integration::fields::Fields;
use crate::pages::integration::fields::actions::SaveField;
use crate::pages::integration::fields::members::{
    LayoutServiceField, LimitedUseField, ModeField, TermField, TypesField, field_form,
};
use crate::pages::integration::fields::page_url::{Address, Spot};
use crate::pages::integration::fields::preview::LivePreview;
use domain::fields::name_key;
use domain::integration::selector::Options;
use domain::integration::settings::{Edit, FieldForm, Own, Settings};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement};

/// The fields that show their own complaints.
const FIELDS: &[&str] = &["field", "term", "types", "hide_limited_use", "layout_service", "mode"];

/// What the form at a spot holds while nothing is filled in; nothing where there is no such field.
fn kept(spot: &Spot, settings: &Settings) -> Option<FieldForm> {
    Some(match spot {
        Spot::List => return None,
        Spot::Global => FieldForm::of(None, &settings.global),
        Spot::Edit(name) => {
            let field = settings.field(name)?;
            FieldForm::of(Some(&field.field), &field.options)
        }
        Spot::Add(name) => FieldForm {
            field: name.clone(),
            global: false,
            ..FieldForm::of(None, &Options::default())
        },
        Spot::Duplicate(name) => FieldForm {
            global: false,
            ..FieldForm::of(None, &settings.field(name)?.options)
        },
    })
}

fn title(spot: &Spot) -> String {
    match spot {
        Spot::List | Spot::Add(_) => "Add field".to_owned(),
        Spot::Global => "Global field settings".to_owned(),
        Spot::Edit(name) => name.clone(),
        Spot::Duplicate(name) => format!("Duplicate of {name}"),
    }
}

/// What the selector would be opened with: the form as far as it can be understood, and the Global field settings.
fn shown(form: &FieldForm, global: &Options) -> Options {
    let options = form.options().unwrap_or_else(|errors| {
        let mut form = form.clone();
        for error in &errors.0 {
            match error.field.as_str() {
                "term" => Own::OPEN.clone_into(&mut form.term_source),
                "types" => Own::OPEN.clone_into(&mut form.types_source),
                "hide_limited_use" => form.hide_limited_use.clear(),
                "layout_service" => form.layout_service.clear(),
                _ => form.mode.clear(),
            }
        }
        form.options().unwrap_or_default()
    });
    if form.global {
        options
    } else {
        options.within(global).options
    }
}

/// The form, where it belongs, and the preview.
#[component]
pub fn FieldEditor(
    /// The page.
    fields: Fields,
    /// Which form.
    spot: Spot,
) -> impl IntoView {
    let data = fields.held.get_untracked();
    let settings = &data.revised.settings;
    let Some(kept) = kept(&spot, settings) else {
        return gone(&fields.address.get_untracked()).into_any();
    };
    // What came back without script counts for the form that the page came with.
    let address = fields.address.get_untracked();
    let filled = address.filled.clone().filter(|_| address.spot == spot);
    let clashes = data.clashes.clone().filter(|_| filled.is_some());
    let unsaved = fields.forms.form();
    let (form, base) = match filled {
        Some(filled) => {
            unsaved.came_back(filled.base);
            (filled.form, filled.base)
        }
        None => (kept, unsaved.base(data.revised.revision)),
    };
    let rule = {
        let mut settings = settings.clone();
        if clashes.is_some() && form.was.is_empty() {
            // Both have added it; which of the two is kept is asked beside the form.
            let key = name_key(&form.field);
            settings.fields.retain(|field| name_key(&field.field) != key);
        }
        move |form: &FieldForm| Edit::Field(form.clone()).apply(&mut settings.clone()).err()
    };
    let check = Check::<SaveField>::new(move |values| rule(&field_form(values)));
    when_saved(check, unsaved, fields.changes);
    let typed = RwSignal::new(form.clone());
    let global = settings.global.clone();
    let for_field = (!form.global).then(|| global.clone());
    let options = Memo::new(move |_| typed.with(|form| shown(form, &global)));
    let around = NodeRef::<html::Div>::new();
    let look = move || {
        if let Some(form) = around.try_get_untracked().flatten().and_then(|around| read(&around)) {
            typed.set(form);
        }
    };
    // It may have been filled in before the script came.
    Effect::new(move |_| {
        around.track();
        look();
    });
    let heading = NodeRef::<html::H2>::new();
    focus(heading);
    let busy = Signal::derive(move || check.busy().is_some());
    let closed = address.opening(Spot::List).to_string();
    let duplicate = match &spot {
        Spot::Duplicate(name) => name.clone(),
        _ => String::new(),
    };
    let name = (!form.global).then(|| {
        view! {
            <TextField
                name="form[field]"
                label="Field"
                value=form.field.clone()
                autofocus=form.field.is_empty()
                help="The content field’s name in your CMS. Case does not count."
                error=check.error("field")
            />
        }
    });
    view! {
        <section class="editor" aria-labelledby="editor">
            <div class="editor-form">
                <h2 id="editor" tabindex="-1" node_ref=heading>
                    {title(&spot)}
                </h2>
                {form
                    .global
                    .then(|| {
                        view! { <p class="muted">"They hold for every field that has none of its own."</p> }
                    })}
                <Watched unsaved>
                    <div node_ref=around on:input=move |_| look() on:change=move |_| look()>
                        <CheckedForm check class="form">
                            <Choice check unsaved found=clashes changes=fields.changes />
                            <FormProblem check fields=FIELDS />
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
                                error=check.error("term")
                            />
                            <TypesField
                                source=form.types_source
                                types=form.types
                                global=for_field.clone()
                                error=check.error("types")
                            />
                            <LimitedUseField
                                value=form.hide_limited_use
                                global=for_field.clone()
                                error=check.error("hide_limited_use")
                            />
                            <LayoutServiceField
                                value=form.layout_service
                                global=for_field.clone()
                                error=check.error("layout_service")
                            />
                            <ModeField value=form.mode global=for_field error=check.error("mode") />
                            <div class="editor-end">
                                <SaveBar unsaved busy />
                                <a class="button" href=closed data-noscroll>
                                    "Cancel"
                                </a>
                            </div>
                        </CheckedForm>
                    </div>
                </Watched>
            </div>
            <LivePreview fields options />
        </section>
    }
    .into_any()
}

/// In place of the form of a field that is not there.
fn gone(address: &Address) -> impl IntoView + use<> {
    let back = address.opening(Spot::List).to_string();
    view! {
        <div class="editor-gone">
            <Notice kind=Kind::Warning title="This field has no settings of its own">
                <p>"They may have been deleted meanwhile. The history has what they were."</p>
                <p>
                    <a href=back data-noscroll>
                        <Draw icon=Icon::ChevronRight size="small" />
                        "Back to the list"
                    </a>
                </p>
            </Notice>
        </div>
    }
}

/// What is filled in by now.
fn read(around: &web_sys::Element) -> Option<FieldForm> {
    let form: HtmlFormElement = around.query_selector("form").ok()??.dyn_into().ok()?;
    let data = FormData::new_with_form(&form).ok()?;
    Some(field_form(&|name| {
        let values = data.get_all(name).into_iter().filter_map(|value| value.as_string());
        values.collect::<Vec<_>>().join("\n")
    }))
}

/// Where a form opens there the focus goes, unless somebody is filling it in already.
fn focus(heading: NodeRef<html::H2>) {
    Effect::new(move |_| {
        let Some(heading) = heading.get() else { return };
        // It is put in place first.
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
            // Focus that cannot be moved stays where it is, which is no worse than before.
            let _ = field.as_ref().unwrap_or(&heading).focus();
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::integration::selector::SelectionMode;

    #[test]
    fn the_preview_shows_what_can_be_understood() {
        let global = Options {
            asset_types: domain::integration::selector::AssetTypes::parse("video"),
            mode: Some(SelectionMode::SingleFile),
            ..Options::default()
        };
        let mut form = FieldForm::of(Some("hero"), &Options::default());
        assert_eq!(shown(&form, &global), global);
        // Types of its own, of which none is ticked yet.
        Own::OWN.clone_into(&mut form.types_source);
        Own::OWN.clone_into(&mut form.term_source);
        "sea".clone_into(&mut form.term);
        let expected = Options {
            default_search_term: Some("sea".to_owned()),
            ..global.clone()
        };
        assert!(form.options().is_err());
        assert_eq!(shown(&form, &global), expected);
        form.global = true;
        assert_eq!(shown(&form, &global).mode, None);
    }

    #[test]
    fn a_duplicate_is_a_new_field_without_a_name() {
        let mut settings = Settings::default();
        let form = FieldForm {
            field: "hero".to_owned(),
            hide_limited_use: "true".to_owned(),
            ..FieldForm::default()
        };
        Edit::Field(form).apply(&mut settings).unwrap();
        let duplicate = kept(&Spot::Duplicate("HERO".to_owned()), &settings).unwrap();
        assert!(duplicate.was.is_empty() && duplicate.field.is_empty() && !duplicate.global);
        assert_eq!(duplicate.hide_limited_use, "true");
        assert_eq!(kept(&Spot::Edit("none".to_owned()), &settings), None);
        assert_eq!(kept(&Spot::Add("hero".to_owned()), &settings).unwrap().field, "hero");
    }
}
