//! Page with code snippets for connectors and web pages, filled in with the account's values.

use crate::components::data::card::Card;
use crate::components::data::code_block::CodeBlock;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::form::FormError;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::effect::memo;
use crate::error::AppError;
use crate::page_data::PageData;
use crate::pages::integration::developers::snippets::{
    API_KEY_PLACEHOLDER, Snippet, compact_view_embed, connector_configuration, curl_snippets,
};
use crate::pages::integration::filter_form::FilterForm;
use crate::pages::integration::layout::{IntegrationLayout, Tab, render_or_error};
use crate::pages::integration::page_url::PageUrl;
use crate::pages::integration::settings::api_key::shown_key::{ShowKeyButton, ShownKey};
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::protocol::GetRequest;
use crate::session::{SessionClient, current_user};
use domain::integration::selector::Dam;
use domain::integration::settings::Settings;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The maximum number of fields suggested in the picker. Other names can be typed.
const MAX_FIELD_SUGGESTIONS: usize = 200;

/// Data of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevelopersData {
    settings: Settings,
    /// The public URL of the portal.
    public_url: String,
    /// The API key, if the URL asks to show it.
    key: Option<String>,
}

/// Loads the data of the page.
///
/// # Errors
/// [`AppError::Forbidden`] without Manage integration.
#[server(
    name = LoadDevelopers,
    prefix = "/fn",
    endpoint = "integration/developers",
    protocol = GetRequest,
    client = SessionClient,
)]
pub async fn load_developers_data(with_key: bool) -> Result<DevelopersData, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
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

/// The Developers page.
pub struct DevelopersPage {
    url: Memo<PageUrl>,
    data: PageData<DevelopersData>,
}

impl Page for DevelopersPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        let with_key = memo(move || url.with(|url| url.get("show") == "api-key"));
        Self {
            url,
            data: PageData::new(move || with_key.get(), load_developers_data),
        }
    }

    fn view(this: Self) -> AnyView {
        let DevelopersPage { url, data } = this;
        let user = current_user();
        let content = dynamic(move || {
            let url = url.get();
            suspend(async move { render_or_error(data.await, user, |data| cards(data, &url)).await })
        });
        view! {
            <IntegrationLayout tab=Tab::Developers>
                <Transition>{content}</Transition>
            </IntegrationLayout>
        }
        .into_any()
    }
}

fn cards(data: DevelopersData, url: &PageUrl) -> AnyView {
    let DevelopersData {
        settings,
        public_url,
        key,
    } = data;
    let field = url.get("field").trim().to_owned();
    let page = PageUrl::new(Tab::Developers.path()).with("field", &field);
    let embed = compact_view_embed(&settings, &settings.resolve(&field));
    let is_webdam = settings.portal.dam == Dam::Webdam;
    let has_url = settings.portal.url.is_some();
    view! {
        {field_picker(&settings, &field)}
        <Card id="compact-view" title="Compact View" help=embed_description(&settings, &field)>
            {is_webdam
                .then(|| warning_notice("The Compact View requires Bynder. This account’s DAM is Webdam."))}
            {(!has_url).then(|| warning_notice("No Portal URL is set, so editors are asked for one."))}
            <CodeBlock what="Embed code" code=embed />
        </Card>
        <KeySnippets public_url field key page />
    }
    .into_any()
}

/// Renders the choice of the content field that the snippets are for.
fn field_picker(settings: &Settings, field: &str) -> impl IntoView + use<> {
    let suggestions = settings
        .fields
        .iter()
        .take(MAX_FIELD_SUGGESTIONS)
        .map(|field| view! { <option value=field.field.clone()></option> });
    let suggestions = suggestions.collect_view();
    let field = field.to_owned();
    view! {
        <Card
            id="which"
            title="Field"
            help="Content field that the snippets are for. Leave empty to use the Global field settings."
        >
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
                    <datalist id="fields">{suggestions}</datalist>
                    <button class="button">"Show"</button>
                </FilterForm>
            </div>
        </Card>
    }
}

fn embed_description(settings: &Settings, field: &str) -> String {
    match (field, settings.field(field)) {
        ("", _) => "Opens the asset selector on your page with the Global field settings.".to_owned(),
        (_, Some(field)) => format!(
            "Opens the asset selector on your page with the settings of {}.",
            field.field
        ),
        (name, None) => format!("{name} uses the Global field settings."),
    }
}

fn warning_notice(message: &'static str) -> impl IntoView {
    view! {
        <div class="card-body">
            <Notice kind=NoticeKind::Warning>
                <p>{message}</p>
            </Notice>
        </div>
    }
}

/// Renders the snippets that contain the API key, either as a variable or as its value.
#[component]
fn KeySnippets(
    public_url: String,
    field: String,
    /// The API key, if the URL asks to show it.
    key: Option<String>,
    /// The URL of the page without the key.
    page: PageUrl,
) -> impl IntoView {
    let shown = ShownKey::new(key);
    let button = view! { <ShowKeyButton shown show="Show API key" hide="Hide API key" page=page.to_string() /> };
    let snippets = dynamic(move || {
        let key = shown.key.get().unwrap_or_else(|| API_KEY_PLACEHOLDER.to_owned());
        let requests = curl_snippets(&public_url, &key, &field)
            .into_iter()
            .map(request_snippet)
            .collect_view();
        view! {
            {requests}
            <div class="card-body snippet">
                <h3>"Connector configuration"</h3>
                <p class="muted">"Values for your connector’s configuration."</p>
            </div>
            <CodeBlock what="Connector configuration" code=connector_configuration(&public_url, &key) />
        }
    });
    view! {
        <Card
            id="connector-api"
            title="Connector API"
            action=button.into_any()
            help="Authenticate with the API key, here in the variable GATEHOUSE_API_KEY."
        >
            <div class="problem">
                <FormError form_state=shown.form_state fields=&[] />
            </div>
            {snippets}
        </Card>
    }
    .into_any()
}

fn request_snippet(snippet: Snippet) -> impl IntoView {
    view! {
        <div class="card-body snippet">
            <h3>{snippet.title}</h3>
            <p class="muted">{snippet.description}</p>
        </div>
        <CodeBlock what=snippet.title code=snippet.code />
    }
}
