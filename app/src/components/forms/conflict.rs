//! Members of the settings in words, and what two people have made of the same one.

use crate::components::data::time::{by, moment};
use crate::icons::{Draw, Icon};
use domain::integration::settings::{Clashes, Member, Place};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// What a place is called: `heroImage: Default search term`.
#[must_use]
pub fn place_words(place: &Place) -> String {
    match (&place.field, Member::OPTIONS.contains(&place.member)) {
        (Some(field), _) if place.member == Member::Field => format!("Field {field}"),
        (Some(field), _) => format!("{field}: {}", place.member.label()),
        (None, true) => format!("Global: {}", place.member.label()),
        (None, false) => place.member.label().to_owned(),
    }
}

/// What stands at a place, or that it is left open.
#[must_use]
pub fn value_words(place: &Place, value: Option<&str>) -> String {
    match (value, place.member) {
        (Some("set"), Member::ClientSecret) => "Set".to_owned(),
        (Some("replaced"), Member::ClientSecret) => "Replaced".to_owned(),
        (Some(_), Member::Field) => "Settings of its own".to_owned(),
        (Some(value), member) => member.readable(value),
        (None, Member::Field) => "No settings of its own".to_owned(),
        (None, member) if Member::OPTIONS.contains(&member) => match place.field {
            Some(_) => "Global".to_owned(),
            None => "Left open".to_owned(),
        },
        (None, _) => "Not set".to_owned(),
    }
}

/// Who changed what meanwhile, theirs beside mine, and the two ways on. It stands in the form: keeping mine sends it again.
#[component]
pub fn Conflict(
    /// What both have changed.
    clashes: Clashes,
    /// Shows what is kept instead of what was typed.
    take_theirs: Callback<()>,
) -> impl IntoView {
    let Clashes {
        revision,
        by: who,
        at,
        clashes,
    } = clashes;
    let who = match who {
        Some(name) => name,
        None => format!("Somebody {}", by(None)),
    };
    let rows = clashes.into_iter().map(|clash| {
        let name = place_words(&clash.place);
        let mine = value_words(&clash.place, clash.mine.as_deref());
        let theirs = value_words(&clash.place, clash.theirs.as_deref());
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td data-label="Mine">
                    <span>{mine}</span>
                </td>
                <td data-label="Theirs">
                    <span>{theirs}</span>
                </td>
            </tr>
        }
    });
    let page = use_location().pathname.get_untracked();
    view! {
        <section class="conflict" role="alert" tabindex="-1" aria-labelledby="conflict">
            <div class="conflict-words">
                <Draw icon=Icon::Warning />
                <div>
                    <h3 id="conflict">"Somebody else has changed this meanwhile"</h3>
                    <p>
                        <strong>{who}</strong>
                        " changed it at "
                        {moment(at)}
                        ". Nothing was saved yet."
                    </p>
                </div>
            </div>
            <div class="table-wrap">
                <table class="table stack">
                    <caption class="visually-hidden">"What both have changed"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Setting"</th>
                            <th scope="col">"Mine"</th>
                            <th scope="col">"Theirs"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <div class="buttons">
                <button class="button primary" name="over" value=revision.to_string()>
                    "Keep mine"
                </button>
                <a class="button" href=page data-noscroll on:click=move |_| take_theirs.run(())>
                    "Take theirs"
                </a>
            </div>
        </section>
    }
    .into_any()
}
