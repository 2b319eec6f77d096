//! Differences between two settings, in words.

use crate::components::forms::conflict::{place_words, value_words};
use domain::integration::settings::Difference;
use leptos::prelude::*;

/// How many are read without asking for more.
const FEW: usize = 8;

/// What changed, field by field; the rest of a long list folds. Of `total` changes, the first may be all that are there.
pub fn changes(differences: &[Difference], total: usize) -> impl IntoView + use<> {
    let (few, rest) = differences.split_at(differences.len().min(FEW));
    let count = total.saturating_sub(few.len());
    let unlisted = total.saturating_sub(differences.len());
    let rest = (count > 0).then(|| {
        view! {
            <details class="more-changes">
                <summary>{format!("{count} more")}</summary>
                <ul class="changes">{rest.iter().map(change).collect_view()}</ul>
                {(unlisted > 0).then(|| view! { <p>{format!("And {unlisted} that are not listed here.")}</p> })}
            </details>
        }
    });
    view! {
        <ul class="changes">{few.iter().map(change).collect_view()}</ul>
        {rest}
    }
}

fn change(difference: &Difference) -> impl IntoView + use<> {
    let Difference { place, before, after } = difference;
    let name = place_words(place);
    let before = value_words(place, before.as_deref());
    let after = value_words(place, after.as_deref());
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
