//! Parses and prints the URLs of the API tokens pages: the page, the list query, the initial values of a form, and the open
//! dialog.
//!
//! The URL holds the whole view state, so that a page can be shared, reloaded, and used without script. A rejected form that
//! was sent without script returns through this URL, so no input is lost. The URL never holds a secret or a private key.

mod draft;

pub use crate::pages::api_tokens::page_url::draft::{FormDraft, SigningDraft};
use domain::coded_enum::CodedEnum;

use crate::routing::query_string::QueryParams;
use domain::ids::{ConsumerId, TokenId};
use domain::oauth1::tokens::{NewToken, PagePosition, TokenFilter, TokenQuery, TokenSort};
use std::fmt;

/// Path of the API tokens page. The pages of tokens and consumers are below it.
pub const PATH: &str = "/settings/portal/api-tokens";

/// Identifies one of the API tokens pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Route {
    /// The API tokens page with the Tokens tab.
    #[default]
    Tokens,
    /// The API tokens page with the Consumers tab.
    Consumers,
    /// The page of one token.
    Token(TokenId),
    /// The page of one consumer.
    Consumer(ConsumerId),
}

/// Describes the open dialog and the initial values of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// Create new consumer, with the value of the name field.
    NewConsumer(String),
    /// Create new token.
    NewToken(NewToken),
    /// Revoke a token. Without an ID it is the token of the page.
    RevokeToken(Option<TokenId>),
    /// Delete the consumer of the page, with the value of the field that confirms it.
    DeleteConsumer(String),
}

/// Identifies what was just created. The page moves the focus to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// A consumer.
    Consumer(ConsumerId),
    /// A token.
    Token(TokenId),
}

/// Represents the URL of an API tokens page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageUrl {
    /// The page.
    pub route: Route,
    /// The search, filter, order and page of the token list.
    pub query: TokenQuery,
    /// The consumer or token that was just created.
    pub created: Option<Created>,
    /// The initial values of a form on a consumer's page.
    pub draft: Option<FormDraft>,
    /// The open dialog.
    pub dialog: Option<Dialog>,
}

impl PageUrl {
    /// Parses a path and query. Unknown and invalid parameters are ignored.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (path, params) = QueryParams::split_url(text);
        let get = |name: &str| params.get(name).unwrap_or_default().to_owned();
        let mut url = Self {
            route: match parse_route(path) {
                Route::Tokens if get("show") == "consumers" => Route::Consumers,
                route => route,
            },
            query: TokenQuery {
                search: get("q"),
                filter: get("filter").parse().unwrap_or_default(),
                sort: get("sort").parse().unwrap_or_default(),
                reverse: get("reverse") == "1",
                ..TokenQuery::default()
            },
            created: None,
            draft: FormDraft::read(&params),
            dialog: match get("dialog").as_str() {
                "new-consumer" => Some(Dialog::NewConsumer(get("name"))),
                "new-token" => Some(Dialog::NewToken(NewToken {
                    user: get("user"),
                    consumer: get("consumer"),
                    integration_type: get("integration_type"),
                    integration_name: get("integration_name"),
                })),
                "revoke" => Some(Dialog::RevokeToken(get("token").parse().ok())),
                "delete" => Some(Dialog::DeleteConsumer(get("confirm"))),
                _ => None,
            },
        };
        // Of parameters that exclude each other, the last one counts.
        for (name, value) in params.iter() {
            match name {
                "after" => url.query.position = value.parse().map(PagePosition::After).unwrap_or_default(),
                "before" => url.query.position = value.parse().map(PagePosition::Before).unwrap_or_default(),
                "created_consumer" => url.created = value.parse().ok().map(Created::Consumer),
                "created_token" => url.created = value.parse().ok().map(Created::Token),
                _ => {}
            }
        }
        url
    }

    /// Returns the URL of a token's page.
    #[must_use]
    pub fn token(id: TokenId) -> Self {
        Self {
            route: Route::Token(id),
            ..Self::default()
        }
    }

    /// Returns the URL of a consumer's page.
    #[must_use]
    pub fn consumer(id: ConsumerId) -> Self {
        Self {
            route: Route::Consumer(id),
            ..Self::default()
        }
    }

    /// Returns this URL with the given dialog, or without a dialog.
    #[must_use]
    pub fn with_dialog(&self, dialog: impl Into<Option<Dialog>>) -> Self {
        Self {
            dialog: dialog.into(),
            ..self.clone()
        }
    }

    /// Returns this URL with initial values for a form and without a dialog.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn with_draft(&self, draft: FormDraft) -> Self {
        Self {
            draft: Some(draft),
            ..self.with_dialog(None)
        }
    }

    /// Returns this URL without a dialog, marking what was created.
    #[must_use]
    pub fn with_created(&self, created: impl Into<Option<Created>>) -> Self {
        Self {
            created: created.into(),
            ..self.with_dialog(None)
        }
    }

    /// Returns the first page of the list sorted by `sort`. If it is already sorted by that, the direction is reversed.
    #[must_use]
    pub fn sorted_by(&self, sort: TokenSort) -> Self {
        self.with_query(TokenQuery {
            sort,
            reverse: self.query.sort == sort && !self.query.reverse,
            position: PagePosition::Start,
            ..self.query.clone()
        })
    }

    /// Returns the first page of the list with another search and filter.
    #[must_use]
    pub fn with_search(&self, search: &str, filter: TokenFilter) -> Self {
        self.with_query(TokenQuery {
            search: search.trim().to_owned(),
            filter,
            position: PagePosition::Start,
            ..self.query.clone()
        })
    }

    /// Returns another page of the same list.
    #[must_use]
    pub fn page_at(&self, position: PagePosition) -> Self {
        self.with_query(TokenQuery {
            position,
            ..self.query.clone()
        })
    }

    /// Returns the URL of another list on the same page.
    fn with_query(&self, query: TokenQuery) -> Self {
        Self {
            route: self.route,
            query,
            created: None,
            draft: None,
            dialog: None,
        }
    }

    /// Returns the query parameters of the sort order, which a search keeps, as names and values.
    pub fn sort_params(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let TokenQuery { sort, reverse, .. } = self.query;
        let sort = (sort != TokenSort::default()).then(|| ("sort", sort.code()));
        sort.into_iter().chain(reverse.then_some(("reverse", "1")))
    }

    fn query_params(&self) -> QueryParams {
        let mut params = QueryParams::default();
        if self.route == Route::Consumers {
            params.set("show", "consumers");
        }
        params.set("q", &self.query.search);
        if self.query.filter != TokenFilter::default() {
            params.set("filter", self.query.filter.code());
        }
        for (name, value) in self.sort_params() {
            params.set(name, value);
        }
        match &self.query.position {
            PagePosition::Start => {}
            PagePosition::After(cursor) => params.set("after", cursor),
            PagePosition::Before(cursor) => params.set("before", cursor),
        }
        match self.created {
            None => {}
            Some(Created::Consumer(id)) => params.set("created_consumer", id),
            Some(Created::Token(id)) => params.set("created_token", id),
        }
        if let Some(draft) = &self.draft {
            draft.write(&mut params);
        }
        match &self.dialog {
            None => {}
            Some(Dialog::NewConsumer(name)) => {
                params.set("dialog", "new-consumer");
                params.set("name", name);
            }
            Some(Dialog::NewToken(form)) => {
                params.set("dialog", "new-token");
                params.set("user", &form.user);
                params.set("consumer", &form.consumer);
                params.set("integration_type", &form.integration_type);
                params.set("integration_name", &form.integration_name);
            }
            Some(Dialog::RevokeToken(token)) => {
                params.set("dialog", "revoke");
                params.set("token", token.map(|token| token.to_string()).unwrap_or_default());
            }
            Some(Dialog::DeleteConsumer(typed)) => {
                params.set("dialog", "delete");
                params.set("confirm", typed);
            }
        }
        params
    }
}

impl fmt::Display for PageUrl {
    /// Writes the URL as a link has it: relative to the origin, percent-encoded, ASCII only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PATH)?;
        match self.route {
            Route::Tokens | Route::Consumers => {}
            Route::Token(id) => write!(f, "/tokens/{id}")?,
            Route::Consumer(id) => write!(f, "/consumers/{id}")?,
        }
        write!(f, "{}", self.query_params())
    }
}

fn parse_route(path: &str) -> Route {
    let subpath = path.strip_prefix(PATH).unwrap_or_default();
    if let Some(id) = subpath.strip_prefix("/tokens/").and_then(|id| id.parse().ok()) {
        return Route::Token(id);
    }
    subpath
        .strip_prefix("/consumers/")
        .and_then(|id| id.parse().ok())
        .map_or(Route::Tokens, Route::Consumer)
}

// Only the server creates some of the URLs.
#[cfg(all(test, feature = "ssr"))]
mod tests;
