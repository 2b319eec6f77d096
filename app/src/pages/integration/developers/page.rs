//! Snippets for those who write connectors and pages, with the account's real values.

use crate::components::data::copy::Copy;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::forms::form::{Check, CheckedForm, FormProblem};
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::pages::integration::current_address;
use crate::pages::integration::developers::snippets::{KEY, Snippet, compact_view, configuration, curl};
use crate::pages::integration::filter_form::FilterForm;
use crate::pages::integration::layout::{Section, Tab, shown};
use crate::pages::integration::page_url::Address;
use crate::pages::integration::settings::api_key_actions::ShowApiKey;
use crate::pages::page::Page;
use crate::session::current_user;
use domain::integration::selector::Dam;
use domain::integration::settings::Settings;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// How many fields are offered to choose from; any other can be typed.
const OFFERED: usize = 200;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevelopersData {
    settings: Settings,
    /// The portal's address, for programs.
    public_url: String,
    /// The API key, where the address asks for it.
    key: Option<String>,
}

/// What the snippets are made of.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration.
#[server(name = ReadDevelopers, prefix = "/fn", endpoint = "integration/developers", input = GetUrl)]
pub async fn developers(with_key: bool) -> Result<DevelopersData, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let settings = portal::integration::settings::get(&portal, &actor).await?.settings;
    let key = if with_key {
        Some(
            portal::integration::api_keys::show(&portal, &actor)
                .await?
                .expose()
                .to_owned(),
        )
    } else {
        None
    };
    Ok(DevelopersData {
        settings,
        public_url: crate::context::site()?.public_url.to_string(),
        key,
    })
}

/// The page Developers.
pub struct DevelopersPage {
    address: Memo<Address>,
    data: Resource<Result<DevelopersData, Failure>>,
}

impl Page for DevelopersPage {
    fn data() -> Self {
        let address = current_address();
        let with_key = Memo::new(move |_| address.with(|address| address.get("show") == "api-key"));
        Self {
            address,
            data: Resource::new(move || with_key.get(), developers),
        }
    }

    fn view(this: Self) -> AnyView {
        let DevelopersPage { address, data } = this;
        let user = current_user();
        let body = move || {
            let address = address.get();
            suspend(async move { shown(data.await, user, |data| cards(data, &address)).await })
        };
        view! {
            <Section tab=Tab::Developers>
                <Transition>{body}</Transition>
            </Section>
        }
        .into_any()
    }
}

fn cards(data: DevelopersData, address: &Address) -> AnyView {
    let DevelopersData {
        settings,
        public_url,
        key,
    } = data;
    let field = address.get("field").trim().to_owned();
    let page = Address::page(Tab::Developers.path()).with("field", &field);
    let embed = compact_view(&settings, &settings.resolve(&field));
    let is_webdam = settings.portal.dam == Dam::Webdam;
    let has_url = settings.portal.url.is_some();
    view! {
        {picker(&settings, &field)}
        <section class="card" aria-labelledby="compact-view">
            <div class="card-header">
                <h2 id="compact-view">"Compact View"</h2>
                <p>{embed_words(&settings, &field)}</p>
            </div>
            {is_webdam
                .then(|| warning("The Compact View is Bynder’s. This account’s DAM is Webdam, which does not have it."))}
            {(!has_url).then(|| warning("There is no Portal URL yet, so editors are asked for it."))}
            {code("Embed code", embed)}
        </section>
        <KeySnippets public_url field key page />
    }
    .into_any()
}

/// Which field the snippets are for.
fn picker(settings: &Settings, field: &str) -> impl IntoView + use<> {
    let offered = settings
        .fields
        .iter()
        .take(OFFERED)
        .map(|field| view! { <option value=field.field.clone()></option> });
    let offered = offered.collect_view();
    let field = field.to_owned();
    view! {
        <section class="card" aria-labelledby="which">
            <div class="card-header">
                <h2 id="which">"Field"</h2>
                <p>"For which content field? Without one, the snippets have the Global field settings."</p>
            </div>
            <div class="card-body">
                <FilterForm path=Tab::Developers.path() names=&["field"] class="toolbar">
                    <div class="grow">
                        <input
                            class="input"
                            name="field"
                            list="fields"
                            aria-label="Field"
                            placeholder="Global"
                            autocomplete="off"
                            value=field
                        />
                    </div>
                    <datalist id="fields">{offered}</datalist>
                    <button class="button">"Show"</button>
                </FilterForm>
            </div>
        </section>
    }
}

fn embed_words(settings: &Settings, field: &str) -> String {
    match (field, settings.field(field)) {
        ("", _) => "The asset selector in a page of yours, as the Global field settings have it.".to_owned(),
        (_, Some(own)) => format!("The asset selector in a page of yours, as it is for {}.", own.field),
        (name, None) => format!("{name} has no settings of its own, so the Global field settings hold."),
    }
}

fn warning(words: &'static str) -> impl IntoView {
    view! {
        <div class="card-body">
            <Notice kind=Kind::Warning>
                <p>{words}</p>
            </Notice>
        </div>
    }
}

/// The snippets that a program proves itself in: with a variable in place of the key, or with the key.
#[component]
fn KeySnippets(
    public_url: String,
    field: String,
    /// The API key, where the address asks for it.
    key: Option<String>,
    /// The address of the page without the key.
    page: Address,
) -> impl IntoView {
    let check = Check::<ShowApiKey>::new(|_| None);
    let answer = check.value();
    let shown = RwSignal::new(key);
    Effect::new(move |_| {
        if let Some(Ok(key)) = answer.get() {
            shown.set(Some(key));
        }
    });
    let page = StoredValue::new(page.to_string());
    let show_or_hide = move || {
        if shown.with(Option::is_some) {
            let hide = move |_| {
                check.forget();
                shown.set(None);
            };
            view! {
                <a class="button" href=page.get_value() data-noscroll on:click=hide>
                    "Hide my key"
                </a>
            }
            .into_any()
        } else {
            view! {
                <CheckedForm check>
                    <input type="hidden" name="back" value=page.get_value() />
                    <button class="button" aria-busy=move || check.busy()>
                        "With my key"
                    </button>
                </CheckedForm>
            }
            .into_any()
        }
    };
    let snippets = move || {
        let key = shown.get().unwrap_or_else(|| KEY.to_owned());
        let requests = curl(&public_url, &key, &field).into_iter().map(request).collect_view();
        view! {
            {requests}
            <div class="card-body snippet">
                <h3>"Connector configuration"</h3>
                <p class="muted">"What a connector has to be told; where, its configuration guide says."</p>
            </div>
            {code("Connector configuration", configuration(&public_url, &key))}
        }
    };
    view! {
        <section class="card" aria-labelledby="connector-api">
            <div class="card-header">
                <h2 id="connector-api">"Connector API"</h2>
                {show_or_hide}
                <p>"A program proves itself with the API key, here in the variable GATEHOUSE_API_KEY."</p>
            </div>
            <div class="problem">
                <FormProblem check fields=&[] />
            </div>
            {snippets}
        </section>
    }
    .into_any()
}

fn request(snippet: Snippet) -> impl IntoView {
    view! {
        <div class="card-body snippet">
            <h3>{snippet.title}</h3>
            <p class="muted">{snippet.help}</p>
        </div>
        {code(snippet.title, snippet.text)}
    }
}

fn code(what: &'static str, text: String) -> impl IntoView {
    view! {
        <div class="code">
            <pre>
                <code>{text.clone()}</code>
            </pre>
            <Copy text what />
        </div>
    }
}
