//! Parses and prints the URLs of the API tokens pages: the page, the list query, and the open dialog.
//!
//! The URL holds the whole view state, so that a page can be shared, reloaded, and used without script.

use crate::query_string::parse_query;
use domain::ids::{ConsumerId, TokenId};
use domain::oauth1::encode;
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
    /// Delete the consumer of the page.
    DeleteConsumer,
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
    /// The open dialog.
    pub dialog: Option<Dialog>,
}

impl PageUrl {
    /// Parses a path and query. Unknown and invalid parameters are ignored.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut url = Self {
            route: parse_route(path),
            ..Self::default()
        };
        let mut dialog = String::new();
        let mut token = None;
        let mut consumer = String::new();
        let mut form = NewToken::default();
        let mut name = String::new();
        for (key, value) in parse_query(query) {
            match key.as_str() {
                "show" if value == "consumers" && url.route == Route::Tokens => url.route = Route::Consumers,
                "q" => url.query.search = value,
                "filter" => url.query.filter = TokenFilter::from_code_or_default(&value),
                "sort" => url.query.sort = TokenSort::from_code_or_default(&value),
                "reverse" => url.query.reverse = value == "1",
                "after" => url.query.position = value.parse().map(PagePosition::After).unwrap_or_default(),
                "before" => url.query.position = value.parse().map(PagePosition::Before).unwrap_or_default(),
                "created_consumer" => url.created = value.parse().ok().map(Created::Consumer),
                "created_token" => url.created = value.parse().ok().map(Created::Token),
                "dialog" => dialog = value,
                "token" => token = value.parse().ok(),
                "name" => name = value,
                "user" => form.user = value,
                "consumer" => consumer = value,
                "integration_type" => form.integration_type = value,
                "integration_name" => form.integration_name = value,
                _ => {}
            }
        }
        form.consumer = consumer;
        url.dialog = match dialog.as_str() {
            "new-consumer" => Some(Dialog::NewConsumer(name)),
            "new-token" => Some(Dialog::NewToken(form)),
            "revoke" => Some(Dialog::RevokeToken(token)),
            "delete" => Some(Dialog::DeleteConsumer),
            _ => None,
        };
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
            route: self.route,
            query: self.query.clone(),
            created: self.created,
            dialog: dialog.into(),
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
        let query = TokenQuery {
            sort,
            reverse: self.query.sort == sort && !self.query.reverse,
            position: PagePosition::Start,
            ..self.query.clone()
        };
        Self {
            route: self.route,
            query,
            created: None,
            dialog: None,
        }
    }

    /// Returns the first page of the list with another search and filter.
    #[must_use]
    pub fn with_search(&self, search: &str, filter: TokenFilter) -> Self {
        let query = TokenQuery {
            search: search.trim().to_owned(),
            filter,
            position: PagePosition::Start,
            ..self.query.clone()
        };
        Self {
            route: self.route,
            query,
            created: None,
            dialog: None,
        }
    }

    /// Returns another page of the same list.
    #[must_use]
    pub fn page_at(&self, position: PagePosition) -> Self {
        Self {
            route: self.route,
            query: TokenQuery {
                position,
                ..self.query.clone()
            },
            created: None,
            dialog: None,
        }
    }

    /// Returns the query parameters except those of the dialog, as names and values.
    fn query_params(&self) -> Vec<(&'static str, String)> {
        let query = &self.query;
        let mut params = Vec::new();
        if self.route == Route::Consumers {
            params.push(("show", "consumers".to_owned()));
        }
        if !query.search.is_empty() {
            params.push(("q", query.search.clone()));
        }
        if query.filter != TokenFilter::default() {
            params.push(("filter", query.filter.code().to_owned()));
        }
        params.extend(self.sort_params());
        match &query.position {
            PagePosition::Start => {}
            PagePosition::After(cursor) => params.push(("after", cursor.to_string())),
            PagePosition::Before(cursor) => params.push(("before", cursor.to_string())),
        }
        match self.created {
            None => {}
            Some(Created::Consumer(id)) => params.push(("created_consumer", id.to_string())),
            Some(Created::Token(id)) => params.push(("created_token", id.to_string())),
        }
        params
    }

    /// Returns the query parameters of the sort order, which a search keeps, as names and values.
    #[must_use]
    pub fn sort_params(&self) -> Vec<(&'static str, String)> {
        let mut params = Vec::new();
        if self.query.sort != TokenSort::default() {
            params.push(("sort", self.query.sort.code().to_owned()));
        }
        if self.query.reverse {
            params.push(("reverse", "1".to_owned()));
        }
        params
    }
}

impl Dialog {
    /// Returns its query parameters: its name and the values of its fields.
    fn query_params(&self) -> Vec<(&'static str, String)> {
        let fields: Vec<(&'static str, &str)> = match self {
            Self::NewConsumer(name) => vec![("dialog", "new-consumer"), ("name", name)],
            Self::NewToken(form) => vec![
                ("dialog", "new-token"),
                ("user", &form.user),
                ("consumer", &form.consumer),
                ("integration_type", &form.integration_type),
                ("integration_name", &form.integration_name),
            ],
            Self::RevokeToken(token) => {
                let mut params = vec![("dialog", "revoke".to_owned())];
                params.extend(token.map(|token| ("token", token.to_string())));
                return params;
            }
            Self::DeleteConsumer => vec![("dialog", "delete")],
        };
        let non_empty = fields.into_iter().filter(|(_, value)| !value.is_empty());
        non_empty.map(|(name, value)| (name, value.to_owned())).collect()
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
        let dialog = self.dialog.iter().flat_map(Dialog::query_params);
        for (index, (name, value)) in self.query_params().into_iter().chain(dialog).enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{name}={}", encode(&value))?;
        }
        Ok(())
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

#[cfg(test)]
mod tests;
