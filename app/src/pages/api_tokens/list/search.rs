//! Search and filter of the token list. The form works without script; with script the list updates while the user types.

use crate::components::forms::field::SearchField;
use crate::components::reactive::task_scope::TaskScope;
use crate::effect::effect;
use crate::pages::api_tokens::page_url::{PATH, PageUrl};
use domain::coded_enum::CodedEnum;
use domain::oauth1::tokens::TokenFilter;
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

/// Time without input after which the list is searched.
const SEARCH_DEBOUNCE: Duration = Duration::from_millis(250);

/// Holds the search field and the filter, which keep their state while the list is replaced.
#[derive(Clone, Copy)]
pub struct Search {
    url: Memo<PageUrl>,
    text: NodeRef<html::Input>,
    filter: NodeRef<html::Select>,
    timer: StoredValue<Option<TimeoutHandle>>,
    tasks: TaskScope,
    navigate: Callback<PageUrl>,
}

impl Search {
    /// Creates the search of the page with the given URL.
    pub fn new(url: Memo<PageUrl>) -> Self {
        let router_navigate = use_navigate();
        let navigate = Callback::new(move |url: PageUrl| {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            router_navigate(&url.to_string(), options);
        });
        let search = Self {
            url,
            text: NodeRef::new(),
            filter: NodeRef::new(),
            timer: StoredValue::new(None),
            tasks: TaskScope::current(),
            navigate,
        };
        effect(move || search.sync_fields());
        search
    }

    /// Sets the fields to the values of the URL, except for a search field that has the focus.
    fn sync_fields(self) {
        let (search, filter) = self.url.with(|url| (url.query.search.clone(), url.query.filter));
        let (Some(text), Some(select)) = (self.text.get(), self.filter.get()) else {
            return;
        };
        let is_typing = document().active_element().is_some_and(|active| active == **text);
        if !is_typing && text.value() != search {
            text.set_value(&search);
        }
        select.set_value(filter.code());
    }

    /// Searches once there has been no input for [`SEARCH_DEBOUNCE`].
    fn search_debounced(self) {
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.timer
            .set_value(self.tasks.set_timeout(move || self.search(), SEARCH_DEBOUNCE));
    }

    fn search(self) {
        let Some((text, filter)) = self.text.get_untracked().zip(self.filter.get_untracked()) else {
            return;
        };
        let url = self.url.get_untracked();
        let target = url.with_search(&text.value(), filter.value().parse().unwrap_or_default());
        if target.query.search != url.query.search || target.query.filter != url.query.filter {
            self.navigate.run(target);
        }
    }

    /// Renders the form with the values of the URL.
    pub fn form(self, url: &PageUrl) -> impl IntoView + use<> {
        let query = &url.query;
        let hidden_fields = url
            .sort_params()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
        let options = [
            (TokenFilter::Current, "Current tokens"),
            (TokenFilter::Ended, "Revoked and expired"),
            (TokenFilter::All, "All tokens"),
        ]
        .map(|(filter, label)| view! { <option value=filter.code() selected=filter == query.filter>{label}</option> });
        let on_submit = move |event: SubmitEvent| {
            event.prevent_default();
            self.search();
        };
        view! {
            <form class="toolbar" role="search" method="get" action=PATH on:submit=on_submit>
                {hidden_fields.collect_view()}
                <SearchField
                    label="Search tokens"
                    placeholder="User, consumer or integration"
                    value=query.search.clone()
                    node=self.text
                    on:input=move |_| self.search_debounced()
                />
                <select
                    class="input"
                    name="filter"
                    aria-label="State"
                    node_ref=self.filter
                    on:change=move |_| self.search()
                >
                    {options.into_iter().collect_view()}
                </select>
                <button class="button">"Search"</button>
            </form>
        }
    }
}
