//! Differences between two settings, in words.

use crate::components::conflict::{place_words, value_words};
use domain::settings::Difference;
use leptos::prelude::*;

/// How many are read without asking for more.
const FEW: usize = 8;

/// What changed, field by field; the rest of a long list folds.
pub fn changes(differences: &[Difference]) -> impl IntoView + use<> {
    let (few, rest) = differences.split_at(differences.len().min(FEW));
    let count = rest.len();
    let rest = (count > 0).then(|| {
        view! {
            <details class="more-changes">
                <summary>{format!("{count} more")}</summary>
                <ul class="changes">{rest.iter().map(change).collect_view()}</ul>
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
