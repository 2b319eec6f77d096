//! The address `/`: the first section that the reader's rights open.

use crate::components::reactive::suspend::suspend;
use crate::session::current_user;
use domain::accounts::rights::{Right, Rights};
use leptos::prelude::*;
use leptos_router::components::Redirect;

/// Goes to the first section that the reader can do something in.
#[component]
pub fn HomePage() -> impl IntoView {
    let user = current_user();
    view! {
        <Suspense>
            {move || suspend(async move {
                let rights = user.await.map(|me| me.rights).unwrap_or_default();
                view! { <Redirect path=first(rights) /> }
            })}
        </Suspense>
    }
}

fn first(rights: Rights) -> &'static str {
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
    fn nobody_begins_where_they_may_do_nothing() {
        let only = |right| Rights::default().with(right);
        assert_eq!(first(Rights::all()), "/integration");
        assert_eq!(first(only(Right::ManageIntegration)), "/integration");
        assert_eq!(first(only(Right::AdminSettings)), "/settings");
        assert_eq!(first(Rights::default()), "/asset-tracking");
    }
}
