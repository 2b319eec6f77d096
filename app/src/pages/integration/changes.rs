//! Lists of the differences between two settings.

use crate::components::forms::conflict::{setting_label, setting_value_label};
use domain::integration::settings::Difference;
use leptos::prelude::*;

/// How many changes are shown before the rest is folded.
const MAX_VISIBLE_CHANGES: usize = 8;

/// Renders changes as a list, folding those beyond [`MAX_VISIBLE_CHANGES`].
///
/// `differences` may hold only the first of `total` changes.
pub fn change_list(differences: &[Difference], total: usize) -> impl IntoView + use<> {
    let (visible, rest) = differences.split_at(differences.len().min(MAX_VISIBLE_CHANGES));
    let hidden_count = total.saturating_sub(visible.len());
    let unlisted_count = total.saturating_sub(differences.len());
    let rest = (hidden_count > 0).then(|| {
        view! {
            <details class="more-changes">
                <summary>{format!("{hidden_count} more")}</summary>
                <ul class="changes">{rest.iter().map(change_item).collect_view()}</ul>
                {(unlisted_count > 0).then(|| view! { <p>{format!("{unlisted_count} more not listed.")}</p> })}
            </details>
        }
    });
    view! {
        <ul class="changes">{visible.iter().map(change_item).collect_view()}</ul>
        {rest}
    }
}

fn change_item(difference: &Difference) -> impl IntoView + use<> {
    let Difference { path, before, after } = difference;
    let name = setting_label(path);
    let before = setting_value_label(path, before.as_deref());
    let after = setting_value_label(path, after.as_deref());
    view! {
        <li>
            <strong>{name}</strong>
            " "
            <span class="change">
                <span class="visually-hidden">"from "</span>
                <del>{before}</del>
                <span class="visually-hidden">" to "</span>
                <ins>{after}</ins>
            </span>
        </li>
    }
}
