//! The question before a token ends.

use crate::components::data::time::Time;
use crate::components::feedback::error_message::refusal;
use crate::components::feedback::notice::Locked;
use crate::components::feedback::toast::toast;
use crate::components::forms::form::Check;
use crate::components::overlay::confirm::ConfirmDialog;
use crate::components::overlay::dialog::Dialog;
use crate::error::Failure;
use crate::pages::api_tokens::actions::RevokeToken;
use domain::accounts::rights::{Right, Rights};
use domain::oauth1::tokens::Token;
use leptos::prelude::*;

/// Asks whether to revoke `token`, or says why it cannot be. Afterwards `on_revoked` is called.
pub fn revoke_dialog(
    token: Result<Token, Failure>,
    rights: Rights,
    back: String,
    on_revoked: impl Fn() + Send + 'static,
) -> AnyView {
    let words = match token {
        Ok(token) if !rights.has(Right::RevokeApiTokens) => {
            drop(token);
            view! { <Locked what="Revoking tokens" right=Right::RevokeApiTokens /> }.into_any()
        }
        Ok(token) if token.state.has_ended() => {
            view! { <p>"This token has ended already. Nothing can use it."</p> }.into_any()
        }
        Ok(token) => return question(token, back, on_revoked),
        Err(failure) => refusal("Seeing the token", failure),
    };
    view! {
        <Dialog title="Revoke this token?" back=back.clone()>
            <div class="dialog-body">{words}</div>
            <div class="dialog-footer">
                <a class="button" href=back data-noscroll>
                    "Close"
                </a>
            </div>
        </Dialog>
    }
    .into_any()
}

fn question(token: Token, back: String, on_revoked: impl Fn() + 'static) -> AnyView {
    let check = Check::<RevokeToken>::new(|_| None);
    check.on_success(move || {
        toast("Token revoked");
        on_revoked();
    });
    let used = match token.last_used_at {
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
        <ConfirmDialog check title="Revoke this token?" back=back.clone() button="Revoke">
            <p>
                <strong>{token.integration}</strong>
                " will no longer be able to use the API as "
                <strong>{token.user}</strong>
                " through the consumer "
                <strong>{token.consumer}</strong>
                ". "
                {used}
                " This cannot be undone."
            </p>
            <input type="hidden" name="token" value=token.id.to_string() />
            <input type="hidden" name="back" value=back />
        </ConfirmDialog>
    }
    .into_any()
}
