//! What the address of an API tokens page says: which page, which part of the list, which dialog.
//!
//! All that a person can choose to see is in the address, so a page can be shared, reloaded, and used without script.

use crate::query_string::pairs;
use domain::ids::{ConsumerId, TokenId};
use domain::oauth1::encode;
use domain::oauth1::tokens::{NewToken, Place, TokenFilter, TokenQuery, TokenSort};
use std::fmt;

/// The path of the API tokens page; those of its tokens and consumers are below it.
pub const PATH: &str = "/settings/portal/api-tokens";

/// Which of the pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Spot {
    /// The API tokens page, showing its tokens.
    #[default]
    Tokens,
    /// The API tokens page, showing its consumers.
    Consumers,
    /// The page of one token.
    Token(TokenId),
    /// The page of one consumer.
    Consumer(ConsumerId),
}

/// Which dialog is open, and what its fields hold at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// Create new consumer, with its name.
    NewConsumer(String),
    /// Create new token.
    NewToken(NewToken),
    /// Revoke a token: this one, or that of the page.
    Revoke(Option<TokenId>),
    /// Delete the page's consumer.
    Delete,
}

/// What was just created, which the page starts at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// A consumer.
    Consumer(ConsumerId),
    /// A token.
    Token(TokenId),
}

/// An address, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Which page.
    pub spot: Spot,
    /// Which tokens it lists, and in what order.
    pub query: TokenQuery,
    /// What was just created.
    pub created: Option<Created>,
    /// Which dialog is open.
    pub dialog: Option<Dialog>,
}

impl Address {
    /// Reads path and query. Whatever makes no sense is as if it were not there.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut address = Self {
            spot: spot(path),
            ..Self::default()
        };
        let mut dialog = String::new();
        let mut token = None;
        let mut consumer = String::new();
        let mut form = NewToken::default();
        let mut name = String::new();
        for (key, value) in pairs(query) {
            match key.as_str() {
                "show" if value == "consumers" && address.spot == Spot::Tokens => address.spot = Spot::Consumers,
                "q" => address.query.search = value,
                "filter" => address.query.filter = TokenFilter::from_word(&value),
                "sort" => address.query.sort = TokenSort::from_word(&value),
                "reverse" => address.query.reverse = value == "1",
                "after" => address.query.place = value.parse().map(Place::After).unwrap_or_default(),
                "before" => address.query.place = value.parse().map(Place::Before).unwrap_or_default(),
                "created_consumer" => address.created = value.parse().ok().map(Created::Consumer),
                "created_token" => address.created = value.parse().ok().map(Created::Token),
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
        address.dialog = match dialog.as_str() {
            "new-consumer" => Some(Dialog::NewConsumer(name)),
            "new-token" => Some(Dialog::NewToken(form)),
            "revoke" => Some(Dialog::Revoke(token)),
            "delete" => Some(Dialog::Delete),
            _ => None,
        };
        address
    }

    /// The page of a token.
    #[must_use]
    pub fn token(id: TokenId) -> Self {
        Self {
            spot: Spot::Token(id),
            ..Self::default()
        }
    }

    /// The page of a consumer.
    #[must_use]
    pub fn consumer(id: ConsumerId) -> Self {
        Self {
            spot: Spot::Consumer(id),
            ..Self::default()
        }
    }

    /// This address with a dialog open, or with none.
    #[must_use]
    pub fn with(&self, dialog: impl Into<Option<Dialog>>) -> Self {
        Self {
            spot: self.spot,
            query: self.query.clone(),
            created: self.created,
            dialog: dialog.into(),
        }
    }

    /// This address without a dialog, starting at what was created.
    #[must_use]
    pub fn after(&self, created: impl Into<Option<Created>>) -> Self {
        Self {
            created: created.into(),
            ..self.with(None)
        }
    }

    /// The start of the same list in another order: by `sort`, and the other way round if it is by that already.
    #[must_use]
    pub fn sorted(&self, sort: TokenSort) -> Self {
        let query = TokenQuery {
            sort,
            reverse: self.query.sort == sort && !self.query.reverse,
            place: Place::Start,
            ..self.query.clone()
        };
        Self {
            spot: self.spot,
            query,
            created: None,
            dialog: None,
        }
    }

    /// The start of the list with another search and filter.
    #[must_use]
    pub fn searched(&self, search: &str, filter: TokenFilter) -> Self {
        let query = TokenQuery {
            search: search.trim().to_owned(),
            filter,
            place: Place::Start,
            ..self.query.clone()
        };
        Self {
            spot: self.spot,
            query,
            created: None,
            dialog: None,
        }
    }

    /// Another page of the same list.
    #[must_use]
    pub fn at(&self, place: Place) -> Self {
        Self {
            spot: self.spot,
            query: TokenQuery {
                place,
                ..self.query.clone()
            },
            created: None,
            dialog: None,
        }
    }

    /// The choices that the address holds besides its path, without the dialog: names and values.
    fn choices(&self) -> Vec<(&'static str, String)> {
        let query = &self.query;
        let mut pairs = Vec::new();
        if self.spot == Spot::Consumers {
            pairs.push(("show", "consumers".to_owned()));
        }
        if !query.search.is_empty() {
            pairs.push(("q", query.search.clone()));
        }
        if query.filter != TokenFilter::default() {
            pairs.push(("filter", query.filter.word().to_owned()));
        }
        pairs.extend(self.order());
        match &query.place {
            Place::Start => {}
            Place::After(cursor) => pairs.push(("after", cursor.to_string())),
            Place::Before(cursor) => pairs.push(("before", cursor.to_string())),
        }
        match self.created {
            None => {}
            Some(Created::Consumer(id)) => pairs.push(("created_consumer", id.to_string())),
            Some(Created::Token(id)) => pairs.push(("created_token", id.to_string())),
        }
        pairs
    }

    /// The order of the list, as names and values: what a search keeps.
    #[must_use]
    pub fn order(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if self.query.sort != TokenSort::default() {
            pairs.push(("sort", self.query.sort.word().to_owned()));
        }
        if self.query.reverse {
            pairs.push(("reverse", "1".to_owned()));
        }
        pairs
    }
}

impl Dialog {
    /// Its name in the address, and what its fields hold.
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let fields: Vec<(&'static str, &str)> = match self {
            Self::NewConsumer(name) => vec![("dialog", "new-consumer"), ("name", name)],
            Self::NewToken(form) => vec![
                ("dialog", "new-token"),
                ("user", &form.user),
                ("consumer", &form.consumer),
                ("integration_type", &form.integration_type),
                ("integration_name", &form.integration_name),
            ],
            Self::Revoke(token) => {
                let mut pairs = vec![("dialog", "revoke".to_owned())];
                pairs.extend(token.map(|token| ("token", token.to_string())));
                return pairs;
            }
            Self::Delete => vec![("dialog", "delete")],
        };
        let filled = fields.into_iter().filter(|(_, value)| !value.is_empty());
        filled.map(|(name, value)| (name, value.to_owned())).collect()
    }
}

impl fmt::Display for Address {
    /// As a link has it. It is ASCII, whatever it was made of.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PATH)?;
        match self.spot {
            Spot::Tokens | Spot::Consumers => {}
            Spot::Token(id) => write!(f, "/tokens/{id}")?,
            Spot::Consumer(id) => write!(f, "/consumers/{id}")?,
        }
        let dialog = self.dialog.iter().flat_map(Dialog::pairs);
        for (index, (name, value)) in self.choices().into_iter().chain(dialog).enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{name}={}", encode(&value))?;
        }
        Ok(())
    }
}

fn spot(path: &str) -> Spot {
    let below = path.strip_prefix(PATH).unwrap_or_default();
    if let Some(id) = below.strip_prefix("/tokens/").and_then(|id| id.parse().ok()) {
        return Spot::Token(id);
    }
    below
        .strip_prefix("/consumers/")
        .and_then(|id| id.parse().ok())
        .map_or(Spot::Tokens, Spot::Consumer)
}

#[cfg(test)]
mod tests;
