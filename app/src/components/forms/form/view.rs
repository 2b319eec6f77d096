//! The elements of a form: the form itself and the error of the form as a whole.

use crate::components::feedback::notice::ErrorNotice;
use crate::components::forms::form::FormState;
use crate::components::forms::page_user::PageUser;
use leptos::prelude::*;

/// Renders a form that is validated while it is filled in.
#[component]
pub fn ValidatedForm(
    /// The form's state.
    form_state: FormState,
    /// `form`, or empty where a dialog determines the layout.
    #[prop(optional)]
    class: &'static str,
    /// The fields and buttons.
    children: Children,
) -> impl IntoView {
    let FormState {
        request,
        validation,
        is_live,
        ..
    } = form_state;
    view! {
        <form
            action=request.path()
            method="post"
            class=class
            novalidate=move || is_live.get()
            on:submit:capture=move |event| form_state.on_submit(&event)
            on:submit=move |event| request.on_submit(&event)
            on:input=move |event| form_state.on_input(&event)
            on:change=move |event| form_state.on_input(&event)
            on:focusout=move |event| validation.on_blur(&event)
            on:pointerdown=move |_| validation.on_pointer_down()
            on:pointerup=move |_| validation.on_pointer_up()
            on:pointercancel=move |_| validation.on_pointer_up()
            on:pointerleave=move |_| validation.on_pointer_up()
        >
            <PageUser />
            {children()}
        </form>
    }
    .into_any()
}

/// Renders the error of the form as a whole: every message that none of its fields shows.
#[component]
pub fn FormError(
    /// The form's state.
    form_state: FormState,
    /// The fields that show their own errors.
    fields: &'static [&'static str],
) -> impl IntoView {
    view! { <ErrorNotice error=form_state.form_error(fields) autofocus=true /> }
}
