//! The list of consumers.

use crate::components::data::copy::Copy;
use crate::components::data::list_card::ListCard;
use crate::components::data::time::created;
use crate::icons::{Draw, Icon};
use crate::pages::api_tokens::page_url::{Address, Created, Dialog, Spot};
use domain::oauth1::consumers::Consumer;
use leptos::prelude::*;

/// The card with all consumers; or why it is empty. The row of the one that was just created takes the focus.
pub fn card(consumers: Vec<Consumer>, may_create: bool, address: &Address) -> impl IntoView + use<> {
    let count = consumers.len();
    let shown = if consumers.is_empty() {
        empty(may_create).into_any()
    } else {
        table(consumers, address.created).into_any()
    };
    view! {
        <ListCard id="consumers" title="Consumers" count help="The applications that tokens are issued to.">
            {shown}
        </ListCard>
    }
}

fn table(consumers: Vec<Consumer>, created_now: Option<Created>) -> impl IntoView {
    let rows = consumers.into_iter().map(|consumer| {
        let is_new = created_now == Some(Created::Consumer(consumer.id));
        let what = format!("Consumer key of {}", consumer.name);
        view! {
            <tr>
                <td class="title">
                    <a href=Address::consumer(consumer.id).to_string() autofocus=is_new>
                        {consumer.name}
                    </a>
                </td>
                <td data-label="Consumer key">
                    <span class="key">
                        <code>{consumer.key.clone()}</code>
                        <Copy text=consumer.key what compact=true />
                    </span>
                </td>
                <td data-label="Tokens" class="number">
                    <span>{consumer.tokens}</span>
                </td>
                <td data-label="Created">{created(consumer.created_at, consumer.created_by)}</td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap">
            <table class="table stack">
                <caption class="visually-hidden">"Consumers"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Consumer key"</th>
                        <th scope="col" class="number">
                            "Working tokens"
                        </th>
                        <th scope="col">"Created"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn empty(may_create: bool) -> impl IntoView {
    let list = Address {
        spot: Spot::Consumers,
        ..Address::default()
    };
    let new = list.with(Dialog::NewConsumer(String::new())).to_string();
    view! {
        <div class="empty">
            <span class="arch large">
                <Draw icon=Icon::Consumer size="large" />
            </span>
            <h3>"No consumers yet"</h3>
            <p>"A consumer is one application that uses the API. Tokens are issued to it."</p>
            {may_create
                .then(|| {
                    view! {
                        <a class="button" href=new data-noscroll>
                            "Create new consumer"
                        </a>
                    }
                })}
        </div>
    }
}
