//! The dialog that revokes a token.

use crate::components::data::time::Time;
use crate::components::feedback::error_message::access_error;
use crate::components::feedback::notice::MissingRight;
use crate::components::feedback::toast::toast;
use crate::components::forms::form::FormState;
use crate::components::overlay::confirm::ConfirmDialog;
use crate::components::overlay::dialog::MessageDialog;
use crate::error::AppError;
use crate::pages::api_tokens::actions::RevokeToken;
use domain::accounts::rights::{Right, Rights};
use domain::oauth1::tokens::Token;
use leptos::prelude::*;

/// Renders the dialog that revokes `token`, or the reason why it can't be revoked. Calls `on_revoked` after revoking.
pub fn revoke_dialog(
    token: Result<Token, AppError>,
    rights: Rights,
    back: String,
    on_revoked: impl Fn() + Send + 'static,
) -> AnyView {
    let content = match token {
        Ok(token) if !rights.has(Right::RevokeApiTokens) => {
            drop(token);
            view! { <MissingRight to="revoke tokens" right=Right::RevokeApiTokens /> }.into_any()
        }
        Ok(token) if token.state.has_ended() => view! { <p>"This token is already revoked or expired."</p> }.into_any(),
        Ok(token) => return confirm_dialog(token, back, on_revoked),
        Err(error) => access_error("view this token", error),
    };
    view! {
        <MessageDialog title="Revoke this token?" back>
            {content}
        </MessageDialog>
    }
    .into_any()
}

fn confirm_dialog(token: Token, back: String, on_revoked: impl Fn() + 'static) -> AnyView {
    let form_state = FormState::new::<RevokeToken>(|_| None);
    form_state.on_success(move || {
        toast("Token revoked");
        on_revoked();
    });
    let last_used = match token.last_used_at {
        None => view! { "It has never been used." }.into_any(),
        Some(at) => view! {
            "It was last used on "
            <Time at />
            {token.last_used_from.map(|from| view! { " from " <strong>{from}</strong> })}
            "."
        }
        .into_any(),
    };
    view! {
        <ConfirmDialog form_state title="Revoke this token?" back=back.clone() button="Revoke">
            <p>
                <strong>{token.integration}</strong>
                " will no longer be able to use the API as "
                <strong>{token.user}</strong>
                " through the consumer "
                <strong>{token.consumer}</strong>
                ". "
                {last_used}
                " This cannot be undone."
            </p>
            <input type="hidden" name="token" value=token.id.to_string() />
            <input type="hidden" name="back" value=back />
        </ConfirmDialog>
    }
    .into_any()
}
