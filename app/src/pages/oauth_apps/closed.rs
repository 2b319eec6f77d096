//! Why a page is not there, and what would bring it.

use crate::components::problem::Problem;
use crate::failure::Failure;
use crate::icons::{Draw, Icon};
use domain::people::Me;
use domain::rights::Right;
use leptos::prelude::*;

/// What every page of OAuth apps needs.
pub const NEEDED: [Right; 2] = [Right::AdminSettings, Right::ManageOauthApps];

/// In place of the whole page.
#[component]
pub fn Closed(
    /// Why it is closed.
    failure: Failure,
    /// Whom it is closed to.
    me: Me,
) -> impl IntoView {
    let Failure::Forbidden(_) = failure else {
        return view! { <Problem failure /> }.into_any();
    };
    #[cfg(feature = "ssr")]
    crate::components::problem::set_status(&failure);
    let missing = NEEDED.into_iter().filter(|right| !me.rights.has(*right)).map(|right| {
        view! {
            <li>
                <strong>{right.label()}</strong>
                ": "
                {right.help()}
            </li>
        }
    });
    view! {
        <section class="card message" aria-labelledby="closed">
            <span class="arch large">
                <Draw icon=Icon::Lock size="large" />
            </span>
            <div>
                <h2 id="closed">"You cannot open this page"</h2>
                <p>"It needs what your security profile " {me.profile} " does not have:"</p>
                <ul>{missing.collect_view()}</ul>
                <p>"Whoever manages your account’s users can change your profile."</p>
            </div>
        </section>
    }
    .into_any()
}
