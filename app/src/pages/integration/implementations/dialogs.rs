//! Another name for an implementation, and forgetting one.

use crate::components::feedback::toast::toast;
use crate::components::forms::field::TextField;
use crate::components::forms::form::{Check, CheckedForm, FormProblem, Values};
use crate::components::overlay::confirm::ConfirmDialog;
use crate::components::overlay::dialog::{Dialog, DialogFooter};
use crate::error::Failure;
use crate::pages::integration::layout::Tab;
use domain::fields::{FieldErrors, name};
use domain::ids::ImplementationId;
use domain::integration::implementations::Implementation;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {crate::components::forms::form::answer, crate::pages::integration::page_url::Address};

/// Calls an implementation by a name of the account's own; an empty one gives it back its own.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for a name that is too long among them.
#[server(prefix = "/fn", endpoint = "integration/rename-implementation")]
pub async fn rename_implementation(id: ImplementationId, #[server(default)] name: String) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let renamed = portal::integration::implementations::rename(&portal, &actor, id, &name).await;
    let page = Address::page(Tab::Implementations.path());
    let again = page.clone().with("dialog", "rename").with("id", id).with("name", name);
    answer::<RenameImplementation>(renamed, &page, &again)
}

/// Forgets an implementation until it is seen again.
///
/// # Errors
/// Those of the portal.
#[server(prefix = "/fn", endpoint = "integration/forget-implementation")]
pub async fn forget_implementation(id: ImplementationId) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let forgotten = portal::integration::implementations::forget(&portal, &actor, id).await;
    let page = Address::page(Tab::Implementations.path());
    answer::<ForgetImplementation>(forgotten, &page, &page.clone().with("dialog", "forget").with("id", id))
}

fn errors(values: Values<'_>) -> Option<FieldErrors> {
    let mut errors = FieldErrors::default();
    let typed = values("name");
    if !typed.trim().is_empty() {
        name("name", &typed, &mut errors);
    }
    errors.or(()).err()
}

/// Asks for another name.
#[component]
pub fn RenameDialog(
    /// The implementation.
    implementation: Implementation,
    /// What was typed, where that was refused.
    typed: Option<String>,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<RenameImplementation>::new(errors);
    check.on_success(move || {
        toast("Implementation renamed");
        changes.update(|changes| *changes += 1);
    });
    let back = Tab::Implementations.path().to_owned();
    let own = implementation.connector.title();
    view! {
        <Dialog title=format!("Rename “{}”", implementation.title()) back=back.clone()>
            <CheckedForm check>
                <div class="dialog-body">
                    <p>"It calls itself " <strong>{own}</strong> ". Without a name, that is what it is called here."</p>
                    <input type="hidden" name="id" value=implementation.id.to_string() />
                    <TextField
                        name="name"
                        label="Name"
                        value=typed.unwrap_or(implementation.name)
                        optional=true
                        autofocus=true
                        error=check.error("name")
                    />
                    <FormProblem check fields=&["name"] />
                </div>
                <DialogFooter check back button="Rename" />
            </CheckedForm>
        </Dialog>
    }
    .into_any()
}

/// Asks whether to forget an implementation.
#[component]
pub fn ForgetDialog(
    /// The implementation.
    implementation: Implementation,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<ForgetImplementation>::new(|_| None);
    check.on_success(move || {
        toast("Implementation forgotten");
        changes.update(|changes| *changes += 1);
    });
    let title = implementation.title();
    view! {
        <ConfirmDialog
            check
            title=format!("Forget “{title}”?")
            back=Tab::Implementations.path().to_owned()
            button="Forget"
        >
            <p>
                <strong>{title}</strong>
                " and the name that it was given here go away. Should it still use the API key, it appears again with \
                 its next request: to lock it out, rotate the key."
            </p>
            <input type="hidden" name="id" value=implementation.id.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}
