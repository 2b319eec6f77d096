//! The demo account: fictional users with different rights, consumers and OAuth apps, tokens in every state, and an asset
//! selector that connectors use.
//!
//! All data is created with the same operations that users and applications use, by the respective users, at times in the
//! past.

use crate::accounts;
use crate::accounts::profiles;
use crate::accounts::users;
use crate::auth::sessions::BrowserInfo;
use crate::auth::sign_in;
use crate::crypto::secret::{self, Secret};
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth1::consumers::{self, WithSecret};
use crate::oauth1::request_tokens::{self, Decision, IssuedToken, OUT_OF_BAND};
use crate::oauth1::tokens;
use crate::oauth1::{self, Policy, RequestError};
use domain::accounts::NewAccount;
use domain::accounts::users::NewUser;
use domain::ids::UserId;
use domain::oauth1::consumers::{Consumer, ConsumerForm, ConsumerSigning};
use domain::oauth1::integration_types::OTHER;
use domain::oauth1::tokens::NewToken;
use domain::oauth1::{Request, SignedRequest, encode, signing_key};
use std::time::Duration;

mod data;
mod integration;
mod oauth_apps;

use data::{Integration, MAREN, USERS};

/// The origin of the portal for the demo's applications.
const ORIGIN: &str = "https://portal.larkfield.example";

/// Describes the demo account for the operator.
#[derive(Debug)]
pub struct Demo {
    /// The name of the account.
    pub account: &'static str,
    /// The users of the account.
    pub logins: Vec<Login>,
    /// The password of all users if the account has just been created. It is not stored.
    pub password: Option<Secret>,
}

/// Describes a user of the demo account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login {
    /// The user's name.
    pub name: &'static str,
    /// The email to sign in with.
    pub email: &'static str,
    /// The name of the security profile.
    pub profile: &'static str,
    /// What signing in as this user demonstrates.
    pub shows: &'static str,
}

/// Creates the demo account if it doesn't exist. All users get the same random password, since a well-known password would
/// give access to every portal with the demo account.
///
/// # Errors
/// Returns the errors of the operations that create the data.
pub async fn create_if_missing(portal: &Portal) -> Result<Demo> {
    let logins = USERS
        .iter()
        .map(|user| Login {
            name: user.name,
            email: user.email,
            profile: user.profile,
            shows: user.shows,
        })
        .collect();
    let password = if exists(portal).await? {
        None
    } else {
        Some(create(portal).await?)
    };
    Ok(Demo {
        account: data::ACCOUNT,
        logins,
        password,
    })
}

/// Returns whether the demo account exists. It is recognized by its administrator's email, whose domain is reserved.
async fn exists(portal: &Portal) -> Result<bool> {
    for account in accounts::list(portal).await? {
        let operator = accounts::operator(portal, Some(&account.id.to_string())).await?;
        match users::get(portal, &operator, USERS[MAREN].email).await {
            Ok(_) => return Ok(true),
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

/// Creates the demo account, and returns the password of its users.
async fn create(portal: &Portal) -> Result<Secret> {
    let password = secret::new_readable_secret::<20>();
    let demo = DemoBuilder {
        portal,
        password: &password,
    };
    let operator = demo.account().await?;
    let users = demo.users(&operator).await?;
    let consumers = demo.consumers(&users).await?;
    for token in data::TOKENS {
        demo.token(&users, &consumers, token).await?;
    }
    demo.oauth_apps(&users).await?;
    demo.integration(&users).await?;
    for (user, id) in USERS.iter().zip(&users) {
        if user.is_deactivated {
            let portal = demo.portal_at(data::DEACTIVATED_MINUTES_AGO);
            users::set_active(&portal, &demo.actor(users[MAREN]).await?, *id, false).await?;
        }
    }
    for (user, ago, address, user_agent) in data::SIGN_INS {
        let client = BrowserInfo {
            address: (*address).to_owned(),
            user_agent: (*user_agent).to_owned(),
        };
        sign_in::sign_in(&demo.portal_at(*ago), USERS[*user].email, password.expose(), &client).await?;
    }
    Ok(password)
}

/// Creates the demo data.
struct DemoBuilder<'a> {
    portal: &'a Portal,
    password: &'a Secret,
}

impl DemoBuilder<'_> {
    /// Returns the portal with its clock set to that many minutes ago.
    fn portal_at(&self, minutes: i64) -> Portal {
        let seconds = u64::try_from(minutes * 60).unwrap_or_default();
        self.portal
            .at_time(self.portal.now().before(Duration::from_secs(seconds)))
    }

    /// Returns a user as actor. Without a browser session, no one-time secrets are stored.
    async fn actor(&self, user: UserId) -> Result<Actor> {
        let mut db = self.portal.read().await?;
        Actor::load(&mut db, user, AuthMethod::CommandLine)
            .await?
            .ok_or(Error::NotFound("user"))
    }

    async fn account(&self) -> Result<Actor> {
        let administrator = &USERS[MAREN];
        let input = NewAccount {
            account_name: data::ACCOUNT.to_owned(),
            name: administrator.name.to_owned(),
            email: administrator.email.to_owned(),
            password: self.password.expose().to_owned(),
        };
        let (account, _) = accounts::create(&self.portal_at(400 * data::DAY), input).await?;
        accounts::operator(self.portal, Some(&account.to_string())).await
    }

    async fn users(&self, operator: &Actor) -> Result<Vec<UserId>> {
        let portal = self.portal_at(399 * data::DAY);
        for profile in data::PROFILES {
            profiles::create(
                &portal,
                operator,
                profile.name,
                profile.rights.iter().copied().collect(),
            )
            .await?;
        }
        let mut users = vec![users::get(&portal, operator, USERS[MAREN].email).await?.id];
        for user in &USERS[1..] {
            let input = NewUser {
                name: user.name.to_owned(),
                email: user.email.to_owned(),
                password: self.password.expose().to_owned(),
                profile: user.profile.to_owned(),
            };
            users.push(users::create(&portal, operator, input).await?);
        }
        Ok(users)
    }

    async fn consumers(&self, users: &[UserId]) -> Result<Vec<WithSecret<Consumer>>> {
        let mut created = Vec::with_capacity(data::CONSUMERS.len());
        for (index, (name, by, days)) in data::CONSUMERS.iter().enumerate() {
            let (portal, actor) = (self.portal_at(days * data::DAY), self.actor(users[*by]).await?);
            let consumer = consumers::create(
                &portal,
                &actor,
                ConsumerForm {
                    name: (*name).to_owned(),
                },
            )
            .await?;
            if index == data::LEGACY_FLOW_CONSUMER {
                let signing = ConsumerSigning {
                    rsa_public_key: String::new(),
                    legacy_flow: true,
                };
                consumers::set_signing(&portal, &actor, consumer.value.id, signing).await?;
            }
            created.push(consumer);
        }
        Ok(created)
    }

    async fn token(&self, users: &[UserId], consumers: &[WithSecret<Consumer>], token: &data::Token) -> Result<()> {
        let portal = self.portal_at(token.created);
        let consumer = &consumers[token.consumer];
        let (kind, name, by) = match token.integration {
            Integration::Type(kind, by) => (kind, "", by),
            Integration::Other(name, by) => (OTHER, name, by),
            Integration::Authorized => {
                let issued = authorize(&portal, &self.actor(users[token.user]).await?, consumer).await?;
                return self.sign(consumer, &issued, token.used).await;
            }
        };
        let input = NewToken {
            user: USERS[token.user].email.to_owned(),
            consumer: consumer.value.id.to_string(),
            integration_type: kind.to_owned(),
            integration_name: name.to_owned(),
        };
        let WithSecret { value, secret } = tokens::create(&portal, &self.actor(users[by]).await?, input).await?;
        self.sign(
            consumer,
            &IssuedToken {
                token: value.token,
                secret,
            },
            token.used,
        )
        .await?;
        if let Some((ago, by)) = token.revoked {
            tokens::revoke(&self.portal_at(ago), &self.actor(users[by]).await?, value.id).await?;
        }
        Ok(())
    }

    /// Sends a request that is signed with the token, at the time and from the address of its last use.
    async fn sign(
        &self,
        consumer: &WithSecret<Consumer>,
        token: &IssuedToken,
        used: Option<(i64, &str)>,
    ) -> Result<()> {
        let Some((ago, address)) = used else { return Ok(()) };
        let header = signed_header(consumer, Some(token), "");
        let request = parse("GET", "/api/v4/currentUser", &header)?;
        oauth1::authenticate(&self.portal_at(ago), &policy()?, &request, address)
            .await
            .map_err(internal_error)?;
        Ok(())
    }
}

/// Runs the three-legged flow for an application without callback URL.
async fn authorize(portal: &Portal, user: &Actor, consumer: &WithSecret<Consumer>) -> Result<IssuedToken> {
    let policy = policy()?;
    let header = signed_header(consumer, None, &format!(", oauth_callback=\"{OUT_OF_BAND}\""));
    let request = parse("POST", "/api/v4/oauth/request_token/", &header)?;
    let request_token = request_tokens::issue(portal, &policy, &request)
        .await
        .map_err(internal_error)?;
    let Decision::Verifier(verifier) = request_tokens::allow(portal, user, &request_token.token, None).await? else {
        return Err(Error::internal("an application without callback URL was called back"));
    };
    let header = signed_header(
        consumer,
        Some(&request_token),
        &format!(", oauth_verifier=\"{verifier}\""),
    );
    let request = parse("POST", "/api/v4/oauth/access_token/", &header)?;
    request_tokens::exchange(portal, &policy, &request)
        .await
        .map_err(internal_error)
}

/// Returns the `Authorization` header of a request that is signed with PLAINTEXT (RFC 5849 §3.4.4), which needs neither
/// timestamp nor nonce.
fn signed_header(consumer: &WithSecret<Consumer>, token: Option<&IssuedToken>, more: &str) -> Secret {
    let token_secret = token.map_or("", |token| token.secret.expose());
    let signature = Secret::new(signing_key(consumer.secret.expose(), token_secret));
    let token = token.map_or(String::new(), |token| format!(", oauth_token=\"{}\"", token.token));
    Secret::new(format!(
        "OAuth oauth_consumer_key=\"{}\"{token}, oauth_signature_method=\"PLAINTEXT\", oauth_signature=\"{}\"{more}",
        consumer.value.key,
        encode(signature.expose()),
    ))
}

fn parse<'a>(method: &'a str, path: &'a str, header: &'a Secret) -> Result<SignedRequest<'a>> {
    let request = Request::new(method, path, None).authorization(header.expose().as_bytes());
    request.parse().map_err(Error::internal)
}

fn policy() -> Result<Policy> {
    let origin = ORIGIN.parse().map_err(Error::internal)?;
    Ok(Policy {
        origin,
        own_origins: Vec::new(),
        plaintext_without_tls: false,
    })
}

/// Maps a rejection to an internal error, since the demo's requests are always valid.
fn internal_error(error: RequestError) -> Error {
    match error {
        RequestError::Rejected(error) => Error::internal(error),
        RequestError::Portal(error) => error,
    }
}
