//! The page after signing in again in a new tab, which sends the user back to the other tab.

use crate::components::data::page_header::PageHeader;
use crate::pages::page::Page;
use leptos::prelude::*;

/// The page that confirms the sign-in.
pub struct SignedInPage;

impl Page for SignedInPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! {
            <div class="page narrow">
                <PageHeader title="You’re signed in" lead="Go back to the tab with your changes. You can close this one." />
            </div>
        }
        .into_any()
    }
}
