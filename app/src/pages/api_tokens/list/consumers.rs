//! The Consumers tab of the API tokens page.

use crate::components::data::copy::Copy;
use crate::components::data::data_table::{DataTable, heading, number_heading};
use crate::components::data::empty_state::EmptyState;
use crate::components::data::list_card::ListCard;
use crate::components::data::time::created;
use crate::icons::Icon;
use crate::pages::api_tokens::page_url::{Created, Dialog, PageUrl, Route};
use domain::oauth1::consumers::Consumer;
use leptos::prelude::*;

/// Renders the card with all consumers or the empty state. The row of the consumer that was just created takes the focus.
pub fn card(consumers: Vec<Consumer>, may_create: bool, url: &PageUrl) -> impl IntoView + use<> {
    let count = consumers.len();
    let content = if consumers.is_empty() {
        empty_state(may_create).into_any()
    } else {
        table(consumers, url.created).into_any()
    };
    view! {
        <ListCard
            id="consumers"
            title="Consumers"
            count
            help="Applications that use the API. Each token belongs to one consumer."
        >
            {content}
        </ListCard>
    }
}

fn table(consumers: Vec<Consumer>, just_created: Option<Created>) -> impl IntoView {
    let rows = consumers.into_iter().map(|consumer| {
        let is_new = just_created == Some(Created::Consumer(consumer.id));
        let what = format!("Consumer key of {}", consumer.name);
        view! {
            <tr>
                <td class="title">
                    <a href=PageUrl::consumer(consumer.id).to_string() autofocus=is_new>
                        {consumer.name}
                    </a>
                </td>
                <td data-label="Consumer key">
                    <span class="key">
                        <code>{consumer.key.clone()}</code>
                        <Copy text=consumer.key what compact=true />
                    </span>
                </td>
                <td data-label="Active tokens" class="number">
                    <span>{consumer.tokens}</span>
                </td>
                <td data-label="Created">{created(consumer.created_at, consumer.created_by)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <DataTable
            caption="Consumers"
            headings=[heading("Name"), heading("Consumer key"), number_heading("Active tokens"), heading("Created")]
        >
            {rows}
        </DataTable>
    }
}

fn empty_state(may_create: bool) -> impl IntoView {
    let list = PageUrl {
        route: Route::Consumers,
        ..PageUrl::default()
    };
    let new_consumer = list.with_dialog(Dialog::NewConsumer(String::new())).to_string();
    view! {
        <EmptyState
            icon=Icon::Consumer
            title="No consumers yet"
            help="A consumer is an application that uses the API. Create one, then create tokens for it."
        >
            {may_create
                .then(|| {
                    view! {
                        <a class="button" href=new_consumer data-noscroll>
                            "Create new consumer"
                        </a>
                    }
                })}
        </EmptyState>
    }
}
