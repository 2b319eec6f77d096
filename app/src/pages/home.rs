//! The path `/`, which redirects to the first section that the user has a right to open.

use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::session::current_user;
use domain::accounts::rights::{Right, Rights};
use leptos::prelude::*;
use leptos_router::components::Redirect;

/// Redirects to the first section that the user's rights allow.
#[component]
pub fn HomePage() -> impl IntoView {
    let user = current_user();
    view! {
        <Suspense>
            {dynamic(move || suspend(async move {
                let rights = user.await.map(|me| me.rights).unwrap_or_default();
                view! { <Redirect path=start_path(rights) /> }
            }))}
        </Suspense>
    }
}

fn start_path(rights: Rights) -> &'static str {
    if rights.has(Right::ManageIntegration) {
        "/integration"
    } else if rights.has(Right::AdminSettings) {
        "/settings"
    } else {
        "/asset-tracking"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_starts_at_the_first_section_that_their_rights_allow() {
        let only = |right| Rights::default().with(right);
        assert_eq!(start_path(Rights::all()), "/integration");
        assert_eq!(start_path(only(Right::ManageIntegration)), "/integration");
        assert_eq!(start_path(only(Right::AdminSettings)), "/settings");
        assert_eq!(start_path(Rights::default()), "/asset-tracking");
    }
}
