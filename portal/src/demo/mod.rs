//! An account to look around in: invented people with different rights, consumers and OAuth apps, tokens in every state,
//! and an asset selector that connectors use.
//!
//! Everything in it is made by the operations that people and programs use, in the names of those people, at the times
//! at which it is said to have happened.

use crate::accounts;
use crate::accounts::profiles;
use crate::accounts::users;
use crate::auth::actor::{Actor, Via};
use crate::auth::sessions::Client;
use crate::auth::sign_in;
use crate::crypto::secret::{self, Secret};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth1::consumers::{self, Revealed};
use crate::oauth1::request_tokens::{self, Decision, Issued, OUT_OF_BAND};
use crate::oauth1::tokens;
use crate::oauth1::{self, Denied, Policy};
use domain::accounts::NewAccount;
use domain::accounts::users::NewUser;
use domain::ids::UserId;
use domain::oauth1::consumers::{Consumer, ConsumerSigning, NewConsumer};
use domain::oauth1::integration_types::OTHER;
use domain::oauth1::tokens::NewToken;
use domain::oauth1::{Request, SignedRequest, encode, signing_key};
use std::time::Duration;

mod data;
mod integration;
mod oauth_apps;

use data::{Integration, MAREN, PEOPLE};

/// Where the demo's programs know the portal.
const ORIGIN: &str = "https://portal.larkfield.example";

/// The demo account, as an operator is told of it.
#[derive(Debug)]
pub struct Demo {
    /// Its name.
    pub account: &'static str,
    /// Its people.
    pub logins: Vec<Login>,
    /// The password of all of them, when the account has been made just now. It is kept nowhere.
    pub password: Option<Secret>,
}

/// One of the demo account's people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login {
    /// The name.
    pub name: &'static str,
    /// The e-mail to sign in with.
    pub email: &'static str,
    /// The security profile.
    pub profile: &'static str,
    /// What signing in as this person shows.
    pub shows: &'static str,
}

/// Makes the demo account, unless it is there already. All its people get one new password, as a well-known one would
/// be a door into every portal that ever showed the demo.
///
/// # Errors
/// Those of the operations that make it.
pub async fn fill(portal: &Portal) -> Result<Demo> {
    let logins = PEOPLE
        .iter()
        .map(|person| Login {
            name: person.name,
            email: person.email,
            profile: person.profile,
            shows: person.shows,
        })
        .collect();
    let password = match is_there(portal).await? {
        true => None,
        false => Some(make(portal).await?),
    };
    Ok(Demo {
        account: data::ACCOUNT,
        logins,
        password,
    })
}

/// The account is known by its administrator's e-mail, which nobody can really have.
async fn is_there(portal: &Portal) -> Result<bool> {
    for account in accounts::list(portal).await? {
        let operator = accounts::operator(portal, Some(&account.id.to_string())).await?;
        match users::get(portal, &operator, PEOPLE[MAREN].email).await {
            Ok(_) => return Ok(true),
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

async fn make(portal: &Portal) -> Result<Secret> {
    let password = secret::new_readable_secret::<20>();
    let demo = Maker {
        portal,
        password: &password,
    };
    let operator = demo.account().await?;
    let users = demo.people(&operator).await?;
    let consumers = demo.consumers(&users).await?;
    for token in data::TOKENS {
        demo.token(&users, &consumers, token).await?;
    }
    demo.oauth_apps(&users).await?;
    demo.integration(&users).await?;
    for (person, user) in PEOPLE.iter().zip(&users) {
        if person.leaves {
            users::set_active(&demo.at(data::LEFT), &demo.actor(users[MAREN]).await?, *user, false).await?;
        }
    }
    for (person, ago, address, user_agent) in data::SIGN_INS {
        let client = Client {
            address: (*address).to_owned(),
            user_agent: (*user_agent).to_owned(),
        };
        sign_in::sign_in(&demo.at(*ago), PEOPLE[*person].email, password.expose(), &client).await?;
    }
    Ok(password)
}

struct Maker<'a> {
    portal: &'a Portal,
    password: &'a Secret,
}

impl Maker<'_> {
    /// The portal as it was that many minutes ago.
    fn at(&self, minutes: i64) -> Portal {
        let seconds = u64::try_from(minutes * 60).unwrap_or_default();
        self.portal.at(self.portal.now().before(Duration::from_secs(seconds)))
    }

    /// A person at work, without a browser in which new secrets would wait to be read.
    async fn actor(&self, user: UserId) -> Result<Actor> {
        let mut db = self.portal.read().await?;
        Actor::load(&mut db, user, Via::CommandLine)
            .await?
            .ok_or(Error::NotFound("user"))
    }

    async fn account(&self) -> Result<Actor> {
        let administrator = &PEOPLE[MAREN];
        let input = NewAccount {
            account_name: data::ACCOUNT.to_owned(),
            name: administrator.name.to_owned(),
            email: administrator.email.to_owned(),
            password: self.password.expose().to_owned(),
        };
        let (account, _) = accounts::create(&self.at(400 * data::DAY), input).await?;
        accounts::operator(self.portal, Some(&account.to_string())).await
    }

    async fn people(&self, operator: &Actor) -> Result<Vec<UserId>> {
        let then = self.at(399 * data::DAY);
        for profile in data::PROFILES {
            profiles::create(&then, operator, profile.name, profile.rights.iter().copied().collect()).await?;
        }
        let mut users = vec![users::get(&then, operator, PEOPLE[MAREN].email).await?.id];
        for person in &PEOPLE[1..] {
            let input = NewUser {
                name: person.name.to_owned(),
                email: person.email.to_owned(),
                password: self.password.expose().to_owned(),
                profile: person.profile.to_owned(),
            };
            users.push(users::create(&then, operator, input).await?);
        }
        Ok(users)
    }

    async fn consumers(&self, users: &[UserId]) -> Result<Vec<Revealed<Consumer>>> {
        let mut made = Vec::with_capacity(data::CONSUMERS.len());
        for (index, (name, by, days)) in data::CONSUMERS.iter().enumerate() {
            let (then, actor) = (self.at(days * data::DAY), self.actor(users[*by]).await?);
            let consumer = consumers::create(
                &then,
                &actor,
                NewConsumer {
                    name: (*name).to_owned(),
                },
            )
            .await?;
            if index == data::OLDER_FLOW {
                let signing = ConsumerSigning {
                    rsa_public_key: String::new(),
                    legacy_flow: true,
                };
                consumers::set_signing(&then, &actor, consumer.value.id, signing).await?;
            }
            made.push(consumer);
        }
        Ok(made)
    }

    async fn token(&self, users: &[UserId], consumers: &[Revealed<Consumer>], token: &data::Token) -> Result<()> {
        let then = self.at(token.created);
        let consumer = &consumers[token.consumer];
        let (kind, name, by) = match token.integration {
            Integration::Type(kind, by) => (kind, "", by),
            Integration::Other(name, by) => (OTHER, name, by),
            Integration::Authorised => {
                let issued = authorise(&then, &self.actor(users[token.user]).await?, consumer).await?;
                return self.sign(consumer, &issued, token.used).await;
            }
        };
        let input = NewToken {
            user: PEOPLE[token.user].email.to_owned(),
            consumer: consumer.value.id.to_string(),
            integration_type: kind.to_owned(),
            integration_name: name.to_owned(),
        };
        let Revealed { value, secret } = tokens::create(&then, &self.actor(users[by]).await?, input).await?;
        self.sign(
            consumer,
            &Issued {
                token: value.token,
                secret,
            },
            token.used,
        )
        .await?;
        if let Some((ago, by)) = token.revoked {
            tokens::revoke(&self.at(ago), &self.actor(users[by]).await?, value.id).await?;
        }
        Ok(())
    }

    /// A program signs a request with the token, at its time and from its place.
    async fn sign(&self, consumer: &Revealed<Consumer>, token: &Issued, used: Option<(i64, &str)>) -> Result<()> {
        let Some((ago, address)) = used else { return Ok(()) };
        let header = header(consumer, Some(token), "");
        let request = parse("GET", "/api/v4/currentUser", &header)?;
        oauth1::authenticate(&self.at(ago), &policy()?, &request, address)
            .await
            .map_err(refused)?;
        Ok(())
    }
}

/// The three-legged flow for a program that cannot be called back.
async fn authorise(then: &Portal, person: &Actor, consumer: &Revealed<Consumer>) -> Result<Issued> {
    let policy = policy()?;
    let asks = header(consumer, None, &format!(", oauth_callback=\"{OUT_OF_BAND}\""));
    let asks = parse("POST", "/api/v4/oauth/request_token/", &asks)?;
    let asked = request_tokens::issue(then, &policy, &asks).await.map_err(refused)?;
    let Decision::Verifier(verifier) = request_tokens::allow(then, person, &asked.token, None).await? else {
        return Err(Error::internal("a program without address was called back"));
    };
    let exchanges = header(consumer, Some(&asked), &format!(", oauth_verifier=\"{verifier}\""));
    let exchanges = parse("POST", "/api/v4/oauth/access_token/", &exchanges)?;
    request_tokens::exchange(then, &policy, &exchanges)
        .await
        .map_err(refused)
}

/// A signed request's header, by the method of RFC 5849 §3.4.4 that needs neither clock nor nonce.
fn header(consumer: &Revealed<Consumer>, token: Option<&Issued>, more: &str) -> Secret {
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

/// The demo's own requests are well signed, so a refusal is a fault of ours.
fn refused(denied: Denied) -> Error {
    match denied {
        Denied::Refused(refusal) => Error::internal(refusal),
        Denied::Error(error) => error,
    }
}
