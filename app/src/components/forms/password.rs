//! The fields of forms that set a password.

use crate::components::forms::field::TextField;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::task_scope::TaskScope;
use crate::error::AppError;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::accounts::passwords::PasswordStrength;
use domain::accounts::users::MIN_PASSWORD_CHARS;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// Renders the field for a new password, which is named `password`.
#[component]
pub fn NewPasswordField(
    /// The label.
    #[prop(default = "New password")]
    label: &'static str,
    /// Whether it takes the focus when its page opens.
    #[prop(optional)]
    autofocus: bool,
    /// The validation error, if any.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let meter = StrengthMeter::new();
    view! {
        <div class="password-field" on:input=move |event| meter.on_input(event_target_value(&event))>
            <TextField
                name="password"
                label
                kind="password"
                autocomplete="new-password"
                help="At least 12 characters. Use something hard to guess, such as a few unrelated words."
                minlength=MIN_PASSWORD_CHARS
                autofocus
                error
            />
            {meter.render()}
        </div>
    }
    .into_any()
}

/// Estimates the strength of a password for whoever may set one: the owner of the mailed link with `token`, the signed-in user,
/// or the first administrator. Returns `None` for anyone else.
///
/// # Errors
/// Returns the portal's error.
#[server(prefix = "/fn", endpoint = "password/strength", protocol = PostRequest, client = SessionClient)]
pub async fn estimate_strength(
    /// The typed password.
    #[server(default)]
    password: String,
    /// The token of a mailed link.
    #[server(default)]
    token: String,
    /// The typed name.
    #[server(default)]
    name: String,
    /// The typed email.
    #[server(default)]
    email: String,
    /// The typed name of the account.
    #[server(default)]
    account_name: String,
) -> Result<Option<PasswordStrength>, AppError> {
    use portal::accounts::password_strength::{PasswordSetter, estimate};

    let site = crate::context::site()?;
    let context = crate::context::request_context()?;
    let setter = match &context.actor {
        _ if !token.is_empty() => PasswordSetter::ResetLink(&token),
        Some(actor) => PasswordSetter::SignedIn(actor),
        None => PasswordSetter::Setup {
            name: &name,
            email: &email,
            account_name: &account_name,
        },
    };
    Ok(estimate(&site.portal, setter, &password).await?)
}

/// How long nothing is typed before the strength is estimated.
const DEBOUNCE: Duration = Duration::from_millis(250);

/// Shows how hard the typed password is to guess. Without script, the server says so when the form is sent.
#[derive(Clone, Copy)]
struct StrengthMeter {
    tasks: TaskScope,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// The password that was typed last. The estimate of an earlier one is dropped.
    password: StoredValue<String>,
    strength: RwSignal<Option<PasswordStrength>>,
}

impl StrengthMeter {
    fn new() -> Self {
        Self {
            tasks: TaskScope::current(),
            timer: StoredValue::new(None),
            password: StoredValue::new(String::new()),
            strength: RwSignal::new(None),
        }
    }

    /// Estimates the strength once nothing has been typed for [`DEBOUNCE`].
    fn on_input(self, password: String) {
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        if password.is_empty() {
            self.strength.set(None);
        }
        self.password.set_value(password);
        self.timer
            .set_value(self.tasks.set_timeout(move || self.estimate(), DEBOUNCE));
    }

    fn estimate(self) {
        let password = self.password.get_value();
        if password.is_empty() {
            return;
        }
        let [token, name, email, account_name] = ["token", "name", "email", "account_name"].map(field_value);
        self.tasks.spawn_local(async move {
            let estimated = estimate_strength(password.clone(), token, name, email, account_name).await;
            // Without an estimate the form still works.
            let strength = estimated.ok().flatten();
            if self.password.with_value(|typed| *typed == password) {
                self.strength.set(strength);
            }
        });
    }

    fn render(self) -> impl IntoView + use<> {
        let strength = self.strength;
        let meter = dynamic(move || {
            strength.get().map(|strength| {
                let class = format!("strength-bar score-{}", strength.score);
                let segments = (0..PasswordStrength::MAX_SCORE).map(|_| view! { <span></span> });
                view! {
                    <span class=class aria-hidden="true">
                        {segments.collect_view()}
                    </span>
                    <span class="strength-label">
                        <span class="visually-hidden">"Strength: "</span>
                        {strength.label()}
                    </span>
                    {(!strength.is_accepted && !strength.advice.is_empty())
                        .then(|| view! { <span class="strength-advice">{strength.advice}</span> })}
                }
            })
        });
        view! {
            <p class="password-strength" role="status">
                {meter}
            </p>
        }
    }
}

/// Returns the value of a field of the form, or an empty text if the form doesn't have it.
fn field_value(name: &str) -> String {
    let field = document()
        .query_selector(&format!("form input[name='{name}']"))
        .ok()
        .flatten();
    let field = field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
    field.map(|field| field.value()).unwrap_or_default()
}

/// Renders a hidden field with the email of the user whose password is set, under which password managers store it. The form
/// doesn't submit the field.
#[component]
pub fn UsernameField(
    /// The email.
    email: String,
) -> impl IntoView {
    view! { <input type="text" autocomplete="username" value=email readonly hidden /> }.into_any()
}
