//! Dialogs with a form.

use crate::components::forms::form::{FormAction, FormError, FormState, ValidatedForm};
use crate::components::overlay::dialog::{Dialog, MessageDialog};
use leptos::prelude::*;

/// Renders a dialog that contains a form.
#[component]
pub fn FormDialog(
    /// The form's state.
    form_state: FormState,
    /// The title.
    #[prop(into)]
    title: String,
    /// The URL of the page without the dialog.
    back: String,
    /// The label of the button that submits the form.
    #[prop(into)]
    button: String,
    /// Whether the action is destructive.
    #[prop(optional)]
    danger: bool,
    /// The fields that show their own errors.
    #[prop(optional)]
    fields: &'static [&'static str],
    /// What the action does, and the form's fields.
    children: Children,
) -> impl IntoView {
    view! {
        <Dialog title back=back.clone()>
            <ValidatedForm form_state>
                <div class="dialog-body">
                    {children()}
                    <FormError form_state fields />
                </div>
                <DialogFooter back button danger busy=form_state.is_busy() />
            </ValidatedForm>
        </Dialog>
    }
    .into_any()
}

/// Renders the Cancel and submit buttons of a dialog with a form.
#[component]
pub fn DialogFooter(
    /// The URL of the page without the dialog.
    back: String,
    /// The label of the submit button.
    #[prop(into)]
    button: String,
    /// Whether the action is destructive.
    #[prop(optional)]
    danger: bool,
    /// Whether the form is being submitted.
    busy: Signal<bool>,
) -> impl IntoView {
    let class = if danger { "button danger" } else { "button primary" };
    view! {
        <div class="dialog-footer">
            <a class="button" href=back data-noscroll>
                "Cancel"
            </a>
            <button class=class aria-busy=move || busy.get().then_some("true")>
                {button}
            </button>
        </div>
    }
    .into_any()
}

/// Returns a dialog with the error of a form that was submitted without script, if there is one. It takes the place of the
/// form's own dialog, which the page doesn't show because the data has changed.
pub fn form_error_dialog<S: FormAction>(title: &'static str, back: &'static str) -> Option<AnyView> {
    let form_state = FormState::new::<S>(|_| None);
    let has_error = form_state.form_error(&[]).with_untracked(Option::is_some);
    has_error.then(|| {
        view! {
            <MessageDialog title back=back.to_owned()>
                <FormError form_state fields=&[] />
            </MessageDialog>
        }
        .into_any()
    })
}
