//! What the page does.

use crate::error::Failure;
use domain::integration::settings::{FieldForm, Saved};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::refuse,
    crate::components::forms::save_form::answer_saved,
    crate::pages::integration::fields::page_url::{Address, Deleted, Done, PATH, Spot},
    domain::integration::settings::Edit,
    leptos::server_fn::ServerFn,
    portal::integration::settings::Base,
};

/// Saves the Global field settings, those of a field, or a new field's. `over` is the revision whose contrary changes a
/// person has seen and means to undo.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for fields that do not hold what they must among them.
#[server(prefix = "/fn", endpoint = "integration/save-field")]
pub async fn save_field(
    base: i64,
    form: FieldForm,
    #[server(default)] over: Option<i64>,
    #[server(default)] duplicate: String,
) -> Result<Saved, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let from = Base { shown: base, over };
    let saved = portal::integration::settings::save(&portal, &actor, from, &Edit::Field(form.clone())).await;
    let spot = match &form {
        form if form.global => Spot::Global,
        form if !form.was.is_empty() => Spot::Edit(form.was.clone()),
        _ if !duplicate.is_empty() => Spot::Duplicate(duplicate),
        _ => Spot::Add(String::new()),
    };
    answer_saved::<SaveField>(saved, PATH, &Address::again(spot, form, base))
}

/// Deletes a field's own settings. What was deleted can be had back by [`undo_field`].
///
/// # Errors
/// Those of the portal.
#[server(prefix = "/fn", endpoint = "integration/delete-field")]
pub async fn delete_field(base: i64, field: String) -> Result<Saved, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let saved = portal::integration::settings::save(&portal, &actor, base, &Edit::Remove(field.clone())).await;
    answer::<DeleteField>(saved, |saved| match saved {
        Saved::New(revision) => Address::after(Done::Deleted(Deleted {
            revision: *revision,
            field: field.clone(),
        })),
        Saved::Same(_) => Address::default(),
        Saved::Clashes(_) => Address::after(Done::Contested(field.clone())),
    })
}

/// Takes a deletion back.
///
/// # Errors
/// Those of the portal, and [`Failure::Conflict`] where somebody has made the field anew.
#[server(prefix = "/fn", endpoint = "integration/undo-field")]
pub async fn undo_field(revision: i64) -> Result<Saved, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let saved = match portal::integration::settings::undo(&portal, &actor, revision).await {
        Ok(Saved::Clashes(_)) => Err(portal::Error::Conflict(
            "Somebody has changed the field since. The history has both.".to_owned(),
        )),
        saved => saved,
    };
    answer::<UndoField>(saved, |saved| match saved {
        Saved::New(revision) => Address::after(Done::Saved(revision.to_string())),
        Saved::Same(_) | Saved::Clashes(_) => Address::default(),
    })
}

/// A browser without script is sent on; the script is told, and stays where it is.
#[cfg(feature = "ssr")]
fn answer<S: ServerFn>(saved: portal::Result<Saved>, next: impl Fn(&Saved) -> Address) -> Result<Saved, Failure> {
    let saved = saved.map_err(|error| refuse::<S>(error.into(), &Address::default()))?;
    if use_context::<http::request::Parts>().is_some_and(|parts| crate::context::accepts_html(&parts.headers)) {
        leptos_axum::redirect(&next(&saved).to_string());
    }
    Ok(saved)
}
