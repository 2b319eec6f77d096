//! What the consent pages have in common: the requested access and the two buttons.

use crate::components::data::description_list::{Description, DescriptionList};
use crate::components::feedback::error_message::ErrorMessage;
use crate::components::feedback::notice::ErrorNotice;
use crate::error::AppError;
use crate::pages::auth::layout::{AuthLayout, SwitchUser};
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Lists the user's decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Allow access.
    Allow,
    /// Deny access.
    #[serde(rename = "refuse")]
    Deny,
}

/// Renders the page on which the user allows or denies an application access.
#[component]
pub fn ConsentPage(
    /// The name of the consumer or app.
    application: String,
    /// The signed-in user.
    me: CurrentUser,
    /// The host or scheme that the browser is redirected to; none if the user returns to the application.
    back: Option<String>,
    /// The error of the decision, if any.
    error: Signal<Option<AppError>>,
    /// What the application may do, as list items.
    access: AnyView,
    /// The form with the [`DecisionButtons`].
    children: Children,
) -> impl IntoView {
    let error = Signal::derive(move || error.get().map(|error| error.form_error(&[]).unwrap_or_default()));
    let footer = move || {
        let next_step = match back {
            Some(back) => view! { <p>"You’ll be redirected to " <strong><bdi>{back}</bdi></strong> "."</p> }.into_any(),
            None => view! { <p>"Return to the application when you’re done."</p> }.into_any(),
        };
        view! {
            {next_step}
            <SwitchUser />
        }
    };
    view! {
        <AuthLayout
            title=format!("Allow “{application}” to use your account?")
            heading=heading(application.clone())
            lead=format!("It wants to access {} on your behalf.", me.account_name)
            wide=true
            footer
        >
            <ErrorNotice error />
            <ClientInfo application me />
            <h2>"This will allow the application to:"</h2>
            <ul class="access-list">{access}</ul>
            {children()}
        </AuthLayout>
    }
    .into_any()
}

/// Renders the heading. The application chose its name, so `<bdi>` isolates the name's writing direction from the text
/// around it (UTR #36 §2.5).
fn heading(application: String) -> AnyView {
    view! { "Allow “" <bdi>{application}</bdi> "” to use your account?" }.into_any()
}

/// Renders the application that requests access and the user who decides.
#[component]
fn ClientInfo(application: String, me: CurrentUser) -> impl IntoView {
    view! {
        <DescriptionList framed=true>
            <Description term="Application">
                <bdi>{application}</bdi>
            </Description>
            <Description term="Account">{me.account_name}</Description>
            <Description term="You">{me.name} <small>{me.email}</small></Description>
        </DescriptionList>
    }
    .into_any()
}

/// Renders the buttons of the form, which send a [`Decision`] as `answer`.
#[component]
pub fn DecisionButtons(
    /// Whether the form is being submitted.
    #[prop(into)]
    pending: Signal<bool>,
) -> impl IntoView {
    let busy = move || pending.get().then_some("true");
    view! {
        <button class="button" name="answer" value="refuse" aria-busy=busy>
            "Deny"
        </button>
        <button class="button primary" name="answer" value="allow" aria-busy=busy>
            "Allow"
        </button>
    }
    .into_any()
}

/// Renders the page for a request that couldn't be loaded.
#[component]
pub fn InvalidRequest(
    /// The error.
    error: AppError,
) -> impl IntoView {
    view! {
        <AuthLayout title="Invalid authorization request">
            <ErrorMessage error />
        </AuthLayout>
    }
    .into_any()
}
