//! Search and filter above the list of tokens: a form, which follows what is typed where there is script.

use crate::components::reactive::task_scope::TaskScope;
use crate::icons::{Draw, Icon};
use crate::pages::api_tokens::page_url::{Address, PATH};
use domain::oauth1::tokens::TokenFilter;
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

/// How long a person has to pause before the list follows.
const PAUSE: Duration = Duration::from_millis(250);

/// What stays while the list is replaced: the fields and what a person is typing.
#[derive(Clone, Copy)]
pub struct Search {
    address: Memo<Address>,
    text: NodeRef<html::Input>,
    filter: NodeRef<html::Select>,
    timer: StoredValue<Option<TimeoutHandle>>,
    tasks: TaskScope,
    go: Callback<Address>,
}

impl Search {
    /// For the page that has `address`.
    pub fn new(address: Memo<Address>) -> Self {
        let navigate = use_navigate();
        let go = Callback::new(move |address: Address| {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&address.to_string(), options);
        });
        let search = Self {
            address,
            text: NodeRef::new(),
            filter: NodeRef::new(),
            timer: StoredValue::new(None),
            tasks: TaskScope::current(),
            go,
        };
        Effect::new(move |_| search.follow());
        search
    }

    /// Shows what the address says, unless a person is typing something else.
    fn follow(self) {
        let (search, filter) = self
            .address
            .with(|address| (address.query.search.clone(), address.query.filter));
        let (Some(text), Some(select)) = (self.text.get(), self.filter.get()) else {
            return;
        };
        let is_typing = document().active_element().is_some_and(|active| active == **text);
        if !is_typing && text.value() != search {
            text.set_value(&search);
        }
        select.set_value(filter.word());
    }

    fn pause_then_search(self) {
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.timer
            .set_value(self.tasks.set_timeout(move || self.search(), PAUSE));
    }

    fn search(self) {
        let Some((text, filter)) = self.text.get_untracked().zip(self.filter.get_untracked()) else {
            return;
        };
        let address = self.address.get_untracked();
        let wanted = address.searched(&text.value(), TokenFilter::from_word(&filter.value()));
        if wanted.query.search != address.query.search || wanted.query.filter != address.query.filter {
            self.go.run(wanted);
        }
    }

    /// The form, as it stands at `address`.
    pub fn form(self, address: &Address) -> impl IntoView + use<> {
        let query = &address.query;
        let kept = address
            .order()
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
        let options = [
            (TokenFilter::Current, "Current tokens"),
            (TokenFilter::Ended, "Ended tokens"),
            (TokenFilter::All, "All tokens"),
        ]
        .map(|(filter, label)| view! { <option value=filter.word() selected=filter == query.filter>{label}</option> });
        let on_submit = move |event: SubmitEvent| {
            event.prevent_default();
            self.search();
        };
        view! {
            <form class="toolbar" role="search" method="get" action=PATH on:submit=on_submit>
                {kept.collect_view()}
                <div class="search">
                    <Draw icon=Icon::Search />
                    <input
                        class="input"
                        type="search"
                        name="q"
                        value=query.search.clone()
                        aria-label="Search tokens"
                        placeholder="User, consumer or integration"
                        autocomplete="off"
                        node_ref=self.text
                        on:input=move |_| self.pause_then_search()
                    />
                </div>
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
