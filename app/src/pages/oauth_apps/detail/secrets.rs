//! The secrets that an app proves itself by: several at a time, so that one can be replaced without an outage.

use crate::components::data::time::{created, moment_or_never};
use crate::components::forms::field::TextField;
use crate::components::forms::form::{Check, CheckedForm, FormProblem, Values};
use crate::pages::oauth_apps::actions::AddSecret;
use crate::pages::oauth_apps::page_url::{Address, Dialog};
use domain::fields::FieldErrors;
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::{ClientSecret, MAX_SECRETS, SecretForm};
use domain::time::Timestamp;
use leptos::prelude::*;

const FIELDS: &[&str] = &["note", "days"];

fn errors(values: Values<'_>) -> Option<FieldErrors> {
    SecretForm {
        note: values("note"),
        days: values("days"),
    }
    .checked()
    .err()
}

/// What a secret is called where it has no note.
pub fn title(secret: &ClientSecret) -> String {
    if secret.note.is_empty() {
        "Without a note".to_owned()
    } else {
        secret.note.clone()
    }
}

/// The card with the secrets and the form for another.
#[component]
pub fn SecretsCard(
    /// The app.
    app: OauthAppId,
    /// Its secrets, the oldest first.
    secrets: Vec<ClientSecret>,
    /// What the form holds at first.
    form: SecretForm,
    /// The time by which they have expired or not.
    now: Timestamp,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let count = secrets.len();
    let add = if count < MAX_SECRETS {
        view! { <AddForm app form changes /> }.into_any()
    } else {
        view! { <p class="muted">{format!("An app has at most {MAX_SECRETS} secrets. Delete one that is not used any more.")}</p> }
            .into_any()
    };
    view! {
        <section class="card" aria-labelledby="secrets">
            <div class="card-header">
                <h2 id="secrets">"Client secrets " {(count > 0).then(|| view! { <span class="count">{count}</span> })}</h2>
                <p>
                    {if count == 0 {
                        "It has none, and gets no tokens before it has one."
                    } else {
                        "To replace one: add another, give it to the application, and delete the old one once it is not \
                         used any more."
                    }}
                </p>
            </div>
            {(count > 0).then(|| table(app, secrets, now))}
            <div class="card-body">{add}</div>
        </section>
    }
    .into_any()
}

fn table(app: OauthAppId, secrets: Vec<ClientSecret>, now: Timestamp) -> impl IntoView {
    let rows = secrets.into_iter().map(|secret| {
        let title = title(&secret);
        let delete = Address::app(app).with(Dialog::DeleteSecret(secret.id)).to_string();
        let has_expired = secret.expires_at.is_some_and(|at| at <= now);
        view! {
            <tr class=has_expired.then_some("off")>
                <td class="title">
                    <span>
                        {title.clone()} " "
                        {has_expired.then(|| view! { <span class="badge warning">"Expired"</span> })}
                    </span>
                </td>
                <td data-label="Created">{created(secret.created_at, secret.created_by)}</td>
                <td data-label="Expires">{moment_or_never(secret.expires_at)}</td>
                <td data-label="Last used">{moment_or_never(secret.last_used_at)}</td>
                <td class="action">
                    <a class="button small quiet danger" href=delete data-noscroll>
                        "Delete"
                        <span class="visually-hidden">{format!(" the secret {title}")}</span>
                    </a>
                </td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap">
            <table class="table stack">
                <caption class="visually-hidden">"Client secrets"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Note"</th>
                        <th scope="col">"Created"</th>
                        <th scope="col">"Expires"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col" class="action">
                            <span class="visually-hidden">"Action"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn AddForm(app: OauthAppId, form: SecretForm, changes: RwSignal<u32>) -> impl IntoView {
    let check = Check::<AddSecret>::new(errors);
    check.on_success(move || changes.update(|changes| *changes += 1));
    view! {
        <CheckedForm check class="form">
            <input type="hidden" name="app" value=app.to_string() />
            <TextField
                name="note"
                label="Note"
                value=form.note
                help="What it is for, or where it is kept."
                optional=true
                error=check.error("note")
            />
            <TextField
                name="days"
                label="Expires in days"
                value=form.days
                help="Without a number it works until it is deleted."
                optional=true
                error=check.error("days")
            />
            <FormProblem check fields=FIELDS />
            <div class="buttons">
                <button class="button" aria-busy=move || check.busy()>
                    "Add secret"
                </button>
            </div>
        </CheckedForm>
    }
    .into_any()
}
