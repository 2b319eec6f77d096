//! Why a page is not there, and what would bring it.

use crate::components::feedback::access_denied::{ClosedPage, rights_list};
use crate::components::feedback::error_message::Problem;
use crate::error::Failure;
use domain::accounts::rights::Right;
use domain::accounts::users::Me;
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
    crate::components::feedback::error_message::set_status(&failure);
    let missing: Vec<Right> = NEEDED.into_iter().filter(|right| !me.rights.has(*right)).collect();
    view! {
        <ClosedPage>
            <p>"It needs what your security profile " {me.profile} " does not have:"</p>
            {rights_list(&missing)}
        </ClosedPage>
    }
    .into_any()
}
