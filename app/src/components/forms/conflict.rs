//! Labels of settings, and the notice about conflicting changes.

use crate::components::data::data_table::{DataTable, heading};
use crate::components::data::time::{byline, timestamp};
use crate::icons::{Icon, IconView};
use domain::integration::settings::{Conflicts, SettingKey, SettingPath};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Returns the label of a setting, such as `heroImage: Default search term`.
#[must_use]
pub fn setting_label(path: &SettingPath) -> String {
    match (&path.field, SettingKey::OPTIONS.contains(&path.key)) {
        (Some(field), _) if path.key == SettingKey::Field => format!("Field {field}"),
        (Some(field), _) => format!("{field}: {}", path.key.label()),
        (None, true) => format!("Global: {}", path.key.label()),
        (None, false) => path.key.label().to_owned(),
    }
}

/// Returns the label of a setting's value, or of a setting that isn't set.
#[must_use]
pub fn setting_value_label(path: &SettingPath, value: Option<&str>) -> String {
    match (value, path.key) {
        (Some("set"), SettingKey::ClientSecret) => "Set".to_owned(),
        (Some("replaced"), SettingKey::ClientSecret) => "Replaced".to_owned(),
        (Some(_), SettingKey::Field) => "Custom settings".to_owned(),
        (Some(value), key) => key.readable(value),
        (None, SettingKey::Field) => "No custom settings".to_owned(),
        (None, key) if SettingKey::OPTIONS.contains(&key) && path.field.is_some() => "Global".to_owned(),
        (None, _) => "Not set".to_owned(),
    }
}

/// Renders the settings that the user and someone else both changed, with buttons to keep the user's changes or to use the
/// saved ones. It belongs inside the form, which the first button submits again.
#[component]
pub fn ConflictNotice(
    /// The conflicting changes.
    conflicts: Conflicts,
    /// Discards the user's changes and shows the saved settings.
    use_theirs: Callback<()>,
) -> impl IntoView {
    let Conflicts {
        revision,
        by: author,
        at,
        conflicts,
    } = conflicts;
    let author = match author {
        Some(name) => name,
        None => format!("Someone {}", byline(None)),
    };
    let rows = conflicts.into_iter().map(|conflict| {
        let name = setting_label(&conflict.path);
        let mine = setting_value_label(&conflict.path, conflict.mine.as_deref());
        let theirs = setting_value_label(&conflict.path, conflict.theirs.as_deref());
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td data-label="Your change">
                    <span>{mine}</span>
                </td>
                <td data-label="Their change">
                    <span>{theirs}</span>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let page = use_location().pathname.get_untracked();
    view! {
        <section class="conflict" role="alert" tabindex="-1" aria-labelledby="conflict">
            <div class="conflict-message">
                <IconView icon=Icon::Warning />
                <div>
                    <h3 id="conflict">"Someone else changed this while you were editing"</h3>
                    <p>
                        <strong>{author}</strong>
                        " saved changes on "
                        {timestamp(at)}
                        ". Your changes haven’t been saved."
                    </p>
                </div>
            </div>
            <DataTable caption="Conflicting changes" headings=["Setting", "Your change", "Their change"].map(heading)>
                {rows}
            </DataTable>
            <div class="buttons">
                <button class="button primary" name="over" value=revision.to_string()>
                    "Keep my changes"
                </button>
                <a class="button" href=page data-noscroll on:click=move |_| use_theirs.run(())>
                    "Use their changes"
                </a>
            </div>
        </section>
    }
    .into_any()
}
