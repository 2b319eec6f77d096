//! The card with the client secrets of an app. An app can have several, so that one can be rotated without downtime.

use crate::components::data::data_table::{DataTable, heading};
use crate::components::data::list_card::ListCard;
use crate::components::data::time::{created, timestamp_or_never};
use crate::components::forms::field::TextField;
use crate::components::forms::form::{FormState, Values};
use crate::components::forms::form_card::{EditForm, PageReload};
use crate::components::reactive::dynamic::dynamic;
use crate::effect::memo;
use crate::pages::oauth_apps::actions::AddSecret;
use crate::pages::oauth_apps::data::AppData;
use crate::pages::oauth_apps::page_url::{Dialog, PageUrl};
use domain::fields::FieldErrors;
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::{ClientSecret, MAX_SECRETS, SecretForm};
use domain::time::Timestamp;
use leptos::prelude::*;
use std::sync::Arc;

const FIELDS: &[&str] = &["note", "days"];

fn validate(values: Values<'_>) -> Option<FieldErrors> {
    SecretForm {
        note: values("note"),
        days: values("days"),
    }
    .validate()
    .err()
}

/// Returns the display name of a secret: its note, or "Untitled".
pub fn secret_name(secret: &ClientSecret) -> String {
    if secret.note.is_empty() {
        "Untitled".to_owned()
    } else {
        secret.note.clone()
    }
}

/// Renders the card with the secrets and the form that adds one.
#[component]
pub fn SecretsCard(
    /// The page with the app and its secrets.
    loaded: Signal<Arc<AppData>>,
    /// The initial values of the form, if it isn't empty.
    draft: Option<SecretForm>,
    /// The reload of the page's data.
    page_reload: PageReload,
) -> impl IntoView {
    let app = loaded.with_untracked(|data| data.app.id);
    let is_draft = draft.is_some();
    let form = RwSignal::new(draft.unwrap_or_default());
    let count = memo(move || loaded.with(|data| data.secrets.len()));
    let is_full = memo(move || count.get() >= MAX_SECRETS);
    let add_form = move || {
        if is_full.get() {
            view! { <p class="muted">{format!("An app can have at most {MAX_SECRETS} secrets. Delete one that is no longer used.")}</p> }
                .into_any()
        } else {
            view! { <AddSecretForm app form is_draft page_reload /> }.into_any()
        }
    };
    let help = Signal::derive(move || {
        if count.get() == 0 {
            "No client secret. Add one to get tokens."
        } else {
            "To rotate a secret, add a new one, update the application, and then delete the old one."
        }
    });
    let table = dynamic(move || {
        loaded.with(|data| (!data.secrets.is_empty()).then(|| table(app, data.secrets.clone(), data.now)))
    });
    view! {
        <ListCard id="secrets" title="Client secrets" count help>
            {table}
            <div class="card-body">{dynamic(add_form)}</div>
        </ListCard>
    }
    .into_any()
}

fn table(app: OauthAppId, secrets: Vec<ClientSecret>, now: Timestamp) -> impl IntoView {
    let rows = secrets.into_iter().map(|secret| {
        let name = secret_name(&secret);
        let delete = PageUrl::app(app)
            .with_dialog(Dialog::DeleteSecret(secret.id))
            .to_string();
        let has_expired = secret.expires_at.is_some_and(|at| at <= now);
        view! {
            <tr class=has_expired.then_some("inactive")>
                <td class="title">
                    <span>
                        {name.clone()} " "
                        {has_expired.then(|| view! { <span class="badge warning">"Expired"</span> })}
                    </span>
                </td>
                <td data-label="Created">{created(secret.created_at, secret.created_by)}</td>
                <td data-label="Expires">{timestamp_or_never(secret.expires_at)}</td>
                <td data-label="Last used">{timestamp_or_never(secret.last_used_at)}</td>
                <td class="action">
                    <a class="button small quiet danger" href=delete data-noscroll>
                        "Delete"
                        <span class="visually-hidden">{format!(" the secret {name}")}</span>
                    </a>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <DataTable
            caption="Client secrets"
            headings=["Note", "Created", "Expires", "Last used"].map(heading)
            actions=true
        >
            {rows}
        </DataTable>
    }
}

/// Renders the form that adds a secret. It is empty again when one was added.
#[component]
fn AddSecretForm(
    app: OauthAppId,
    /// The initial values.
    form: RwSignal<SecretForm>,
    is_draft: bool,
    page_reload: PageReload,
) -> impl IntoView {
    let form_state = FormState::new::<AddSecret>(validate);
    let show_saved = Callback::new(move |()| form.set(SecretForm::default()));
    view! {
        <EditForm form_state fields=FIELDS button="Add secret" is_draft page_reload show_saved>
            <input type="hidden" name="app" value=app.to_string() />
            <TextField
                name="note"
                label="Note"
                value=Signal::derive(move || form.with(|form| form.note.clone()))
                help="What the secret is for or where it is stored."
                optional=true
                error=form_state.error("note")
            />
            <TextField
                name="days"
                label="Expires after (days)"
                value=Signal::derive(move || form.with(|form| form.days.clone()))
                help="Leave empty for no expiration."
                optional=true
                error=form_state.error("days")
            />
        </EditForm>
    }
    .into_any()
}
