//! The page for people who forgot their password: it asks for the email to send a link to. Like the sign-in page it runs no
//! script.

use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::field::TextField;
use crate::components::forms::form::FormRequest;
#[cfg(feature = "ssr")]
use crate::components::forms::form::respond;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::auth::email_cookie;
use crate::pages::auth::layout::AuthLayout;
use crate::pages::page::Page;
use crate::routing::query_string::use_query_parameter;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The path of the page.
pub const PATH: &str = "/forgot-password";

/// The URL of the page after the form was sent.
#[cfg(feature = "ssr")]
const SENT_URL: &str = "/forgot-password?sent=true";

/// Mails a link with which the user who has this email sets a new password, if there is such a user. The response is the same
/// for every address.
///
/// # Errors
/// [`AppError::Invalid`] for a malformed address, [`AppError::TooManyAttempts`] after many requests of the client.
#[server(prefix = "/fn", endpoint = "password-resets/request", protocol = PostRequest, client = SessionClient)]
pub async fn request_password_reset(#[server(default)] email: String) -> Result<(), AppError> {
    let site = crate::context::site()?;
    let client = crate::context::request_context()?.client;
    email_cookie::set(PATH, &email)?;
    let requested = portal::accounts::password_resets::request(&site.portal, &email, &client).await;
    respond::<RequestPasswordReset>(requested, &SENT_URL, &PATH)
}

/// The page, before and after the form was sent.
pub struct ForgotPasswordPage {
    error: Option<AppError>,
    is_sent: bool,
}

impl Page for ForgotPasswordPage {
    fn data() -> Self {
        Self {
            error: untrack(|| FormRequest::new::<RequestPasswordReset>().error()),
            is_sent: use_query_parameter("sent").get_untracked().is_some(),
        }
    }

    fn view(this: Self) -> AnyView {
        let ForgotPasswordPage { error, is_sent } = this;
        let is_sent = is_sent && error.is_none();
        let email = if is_sent || error.is_some() {
            typed_email()
        } else {
            String::new()
        };
        let (title, sentences) = if is_sent {
            after_sending(sends_email(), &email)
        } else {
            before_sending(sends_email())
        };
        let sentences = sentences
            .into_iter()
            .map(|sentence| view! { <p class="lead">{sentence}</p> });
        let sentences = sentences.collect_view();
        let footer = || view! { <a href="/sign-in">"Back to sign in"</a> }.into_any();
        view! {
            <AuthLayout title footer>
                {sentences}
                <EmailForm email error is_sent />
            </AuthLayout>
        }
        .into_any()
    }
}

/// Renders the form. Once it was sent, it can be sent again.
#[component]
fn EmailForm(email: String, error: Option<AppError>, is_sent: bool) -> impl IntoView {
    let is_blocked = matches!(error, Some(AppError::TooManyAttempts { .. }));
    let field_error = error.as_ref().and_then(|error| error.field_error("email"));
    let notice = error.and_then(|error| error.form_error(&["email"])).map(|message| {
        view! {
            <Notice kind=NoticeKind::Danger>
                <p>{message}</p>
                {is_blocked
                    .then(|| view! { <p>"If you got a link before, use the latest one. It works for one hour."</p> })}
            </Notice>
        }
    });
    let (class, button) = if is_sent {
        ("button wide", "Send again")
    } else {
        ("button primary wide", "Send")
    };
    view! {
        <form action=RequestPasswordReset::url() method="post" class="form">
            {notice}
            <TextField
                name="email"
                label="Email"
                kind="email"
                autocomplete="username"
                value=email
                autofocus=!is_sent
                error=Signal::derive(move || field_error.clone())
            />
            <button class=class>{button}</button>
        </form>
    }
    .into_any()
}

/// Returns the title of the page and the sentences above the form.
fn before_sending(sends_email: bool) -> (&'static str, Vec<String>) {
    let lead = if sends_email {
        "Enter your email. If it has an account, we’ll send a link to set a new password."
    } else {
        "Enter your email, then ask your Gatehouse administrator for the link to set a new password. This portal \
         doesn’t send email."
    };
    ("Forgot your password?", vec![lead.to_owned()])
}

/// Returns the title of the page after the form was sent, and what happens next. Both are the same whether or not the address
/// has an account.
fn after_sending(sends_email: bool, email: &str) -> (&'static str, Vec<String>) {
    let email = if email.is_empty() { "your email" } else { email };
    if sends_email {
        let sentences = vec![
            format!("If {email} has an account, a link to set a new password is on its way."),
            "The link works for one hour, and only once.".to_owned(),
            "If nothing arrives within a few minutes, check the spelling and your spam folder, or send it again."
                .to_owned(),
        ];
        return ("Check your email", sentences);
    }
    let sentences = vec![
        "This portal doesn’t send email. Ask your Gatehouse administrator for the link.".to_owned(),
        format!("If {email} has an account, its link works for one hour, and only once."),
        "If there is no link, check the spelling and send it again.".to_owned(),
    ];
    ("Ask for the link", sentences)
}

/// Returns the email of the form that was sent. Only the server can read it, and the browser never renders the page.
#[cfg(feature = "ssr")]
fn typed_email() -> String {
    email_cookie::get().unwrap_or_default()
}

#[cfg(not(feature = "ssr"))]
fn typed_email() -> String {
    String::new()
}

/// Returns whether the portal sends email. Without a mail server, the operator reads the link in the outbox.
#[cfg(feature = "ssr")]
fn sends_email() -> bool {
    crate::context::site().is_ok_and(|site| portal::mail::is_configured(&site.portal))
}

#[cfg(not(feature = "ssr"))]
fn sends_email() -> bool {
    true
}
