//! What the page shows, gathered in one round trip; the preview's assets come by themselves, as they may be far away.

use crate::failure::Failure;
use domain::selector::preview::Preview;
use domain::settings::{Clashes, Revised};
#[cfg(any(feature = "ssr", test))]
use domain::settings::{FieldForm, Settings};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldsData {
    /// The settings, all fields among them.
    pub revised: Revised,
    /// Fields that connectors have asked for and nobody has configured.
    pub asked: Vec<String>,
    /// What a form that came back clashes with.
    pub clashes: Option<Clashes>,
}

/// What the page shows at an address.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration.
#[server(name = ReadFields, prefix = "/fn", endpoint = "integration/fields", input = GetUrl)]
pub async fn page(address: String) -> Result<FieldsData, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let clashes = match super::address::Address::parse(&address).filled {
        Some(filled) => {
            let edit = domain::settings::Edit::Field(filled.form);
            crate::components::saving::clashes(&portal, &actor, filled.base, &edit).await?
        }
        None => None,
    };
    Ok(FieldsData {
        revised: portal::settings::get(&portal, &actor).await?,
        asked: portal::asked_fields::list(&portal, &actor).await?,
        clashes,
    })
}

/// The assets that the preview has to show.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration.
#[server(name = ReadPreview, prefix = "/fn", endpoint = "integration/preview", input = GetUrl)]
pub async fn preview() -> Result<Preview, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    Ok(portal::dam_assets::preview(&portal, &actor).await?)
}

/// The form as it would be, had it been loaded at `theirs` instead of `then`: what it changes itself stays, what it leaves
/// as it was is as others have made it since.
#[cfg(any(feature = "ssr", test))]
pub fn rebased(form: &FieldForm, then: &Settings, theirs: &Settings) -> FieldForm {
    let mut form = form.clone();
    // Both have added the same field: it is there by now.
    if !form.global
        && form.was.is_empty()
        && let Some(field) = theirs.field(&form.field)
    {
        form.was.clone_from(&field.field);
    }
    let kept = |settings: &Settings| match form.global {
        true => Some(settings.global.clone()),
        false => settings.field(&form.was).map(|field| field.options.clone()),
    };
    // What is gone meanwhile comes back as the form has it.
    let (Ok(mut mine), Some(theirs)) = (form.options(), kept(theirs)) else {
        return form;
    };
    let before = kept(then).unwrap_or_default();
    macro_rules! rebase {
        ($($member:ident),*) => {
            $(if mine.$member == before.$member {
                mine.$member = theirs.$member;
            })*
        };
    }
    rebase!(
        default_search_term,
        asset_types,
        hide_limited_use,
        asset_result_in_layout_service,
        mode
    );
    FieldForm {
        was: form.was,
        field: form.field,
        global: form.global,
        ..FieldForm::of(None, &mine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::selector::{Options, SelectionMode};
    use domain::settings::FieldSettings;

    fn settings(field: &str, options: Options) -> Settings {
        Settings {
            fields: vec![FieldSettings {
                field: field.to_owned(),
                options,
            }],
            ..Settings::default()
        }
    }

    #[test]
    fn what_the_form_does_not_change_is_as_others_have_made_it() {
        let then = settings("hero", Options::default());
        let theirs = Options {
            default_search_term: Some("theirs".to_owned()),
            mode: Some(SelectionMode::Several),
            ..Options::default()
        };
        let mine = Options {
            default_search_term: Some("mine".to_owned()),
            hide_limited_use: Some(true),
            ..Options::default()
        };
        let form = FieldForm::of(Some("hero"), &mine);
        let both = Options {
            mode: Some(SelectionMode::Several),
            ..mine.clone()
        };
        let rebased_form = rebased(&form, &then, &settings("hero", theirs.clone()));
        assert_eq!(rebased_form, FieldForm::of(Some("hero"), &both));
        // The same where both have added it.
        let added = FieldForm {
            was: String::new(),
            ..form.clone()
        };
        let rebased_form = rebased(&added, &Settings::default(), &settings("hero", theirs));
        assert_eq!(rebased_form, FieldForm::of(Some("hero"), &both));
        // What they have deleted comes back whole.
        assert_eq!(rebased(&form, &then, &Settings::default()), form);
    }
}
