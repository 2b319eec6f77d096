//! Why a page is not there, and what would bring it.

use crate::components::feedback::access_denied::{ClosedPage, rights_list};
use crate::components::feedback::error_message::Problem;
use crate::components::feedback::notice::{Kind, Notice};
use crate::error::Failure;
use domain::accounts::rights::Right;
use domain::accounts::users::Me;
use leptos::prelude::*;

/// In place of the whole page.
#[component]
pub fn Closed(
    /// Why it is closed.
    failure: Failure,
    /// Whom it is closed to.
    me: Me,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::components::feedback::error_message::set_status(&failure);
    match failure {
        Failure::Disabled { feature, contact } => view! {
            <Notice kind=Kind::Warning title=format!("{} is not enabled for this account", feature.label())>
                <p>
                    "Ask " {contact} " to enable it for " <strong>{me.account_name}</strong>
                    ". Tokens that were made earlier do not work while it is off."
                </p>
            </Notice>
        }
        .into_any(),
        Failure::Forbidden(right) => missing_rights(&me, right).into_any(),
        failure => view! { <Problem failure /> }.into_any(),
    }
}

fn missing_rights(me: &Me, right: Right) -> impl IntoView + use<> {
    // Whoever may see the API tokens page lacks the right for one of the pages below it; others lack what all need.
    let below = me.rights.open_api_tokens_page().then_some(right);
    let needed = below.or((!me.rights.has(Right::AdminSettings)).then_some(Right::AdminSettings));
    let profile = me.profile.clone();
    let needs_one = !me.rights.has_any(Right::API_TOKENS_PAGE);
    view! {
        <ClosedPage>
            {needed
                .map(|right| {
                    view! {
                        <p>
                            "It needs the right " <strong>{right.label()}</strong>
                            ", which your security profile " {profile.clone()} " does not have."
                        </p>
                    }
                })}
            {needs_one
                .then(|| {
                    view! {
                        <p>
                            {if needed.is_some() { "It also needs" } else { "It needs" }}
                            " one of these rights, and your security profile " {profile.clone()}
                            " has none of them:"
                        </p>
                        {rights_list(Right::API_TOKENS_PAGE)}
                    }
                })}
        </ClosedPage>
    }
}
