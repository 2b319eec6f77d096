//! The pages that answer a form that was submitted without script after its session had ended or its user had changed.

use crate::components::navigation::session_ended::SIGNED_IN_PATH;
use crate::documents::standalone_page::standalone_page;
use crate::routing::destination::sign_in_url;
use crate::session::PAGE_USER_FIELD;
use domain::ids::UserId;
use domain::oauth1::consumers::ConsumerSigning;
use leptos::prelude::*;

/// The field of a form that is sent again with the path of the page that held the form. The browser's `Referer` is the form's
/// own action by then.
pub const RETURN_TO_FIELD: &str = "return_to";

/// The names and labels of the fields that may contain a secret. Their values are never written into a page. The field for an
/// RSA public key is one of them, because private keys are pasted there by mistake.
const SECRET_FIELDS: [(&str, &str); 4] = [
    ("client_secret", "OAuth2 Client Secret"),
    ("current_password", "Current password"),
    ("password", "New password"),
    ("rsa_public_key", "RSA public key"),
];

/// Describes a form that was submitted after its session had ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedOutForm {
    /// The path that it was submitted to.
    pub action: String,
    /// The path of the page that holds it.
    pub return_to: String,
    /// What it contained, if it can be sent again.
    pub input: Option<FormInput>,
}

/// Holds the input of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormInput {
    /// The user that the form was rendered for, and the only one who can send it again.
    pub user: UserId,
    /// The names and values of its fields.
    pub fields: Vec<(String, String)>,
}

/// Renders the page that keeps the input of a form until the same user has signed in again.
#[must_use]
pub fn signed_out_page(options: LeptosOptions, form: SignedOutForm) -> String {
    let title = "You’re signed out";
    standalone_page(options, title, None, || {
        let content = match form.input {
            Some(input) => input_to_send_again(form.action, form.return_to, input),
            None => lost_input(&form.return_to),
        };
        view! {
            <h1 id="auth-title">{title}</h1>
            {content}
        }
    })
}

/// Renders the page for a form of another user than the one who is signed in. It contains nothing of the form.
#[must_use]
pub fn other_user_page(options: LeptosOptions, return_to: String) -> String {
    let title = "Another user is signed in";
    standalone_page(options, title, None, || {
        view! {
            <h1 id="auth-title">{title}</h1>
            <p class="lead">
                "No changes were made, because the form was opened by a different user. Open the page again to continue as the user who is signed in now."
            </p>
            <div class="button-pair single">
                <a class="button primary" href=return_to>
                    "Open the page"
                </a>
            </div>
        }
    })
}

fn input_to_send_again(action: String, return_to: String, input: FormInput) -> AnyView {
    let has_secret = input
        .fields
        .iter()
        .any(|(name, value)| secret_label(name, value).is_some());
    let fields = input
        .fields
        .into_iter()
        .map(|(name, value)| match secret_label(&name, &value) {
            Some(label) => secret_field(name, label, value.contains('\n')),
            None => view! { <input type="hidden" name=name value=value /> }.into_any(),
        });
    view! {
        <p class="lead">
            "No changes were made, because your session has ended. Your input is kept on this page. Sign in again as the same user in a new tab, then come back to this one and select Send again."
        </p>
        {has_secret.then(|| view! { <p class="lead">"Secrets and keys aren’t kept. Enter them again."</p> })}
        <form action=action method="post" class="form">
            {fields.collect_view()}
            <input type="hidden" name=PAGE_USER_FIELD value=input.user.to_string() />
            <input type="hidden" name=RETURN_TO_FIELD value=return_to />
            <div class="button-pair">
                <a class="button primary" href=sign_in_url(SIGNED_IN_PATH) target="_blank" rel="noopener">
                    "Sign in again"
                    <span class="visually-hidden">" (opens in a new tab)"</span>
                </a>
                <button class="button">"Send again"</button>
            </div>
        </form>
    }
    .into_any()
}

fn lost_input(return_to: &str) -> AnyView {
    view! {
        <p class="lead">
            "No changes were made, because your session has ended. What the form contained, such as a file, can’t be kept. Sign in again, then fill in the form again."
        </p>
        <div class="button-pair single">
            <a class="button primary" href=sign_in_url(return_to)>
                "Sign in again"
            </a>
        </div>
    }
    .into_any()
}

/// Returns the label of a field whose value must not be written into the page.
fn secret_label(name: &str, value: &str) -> Option<&'static str> {
    let (_, label) = SECRET_FIELDS.iter().find(|(secret, _)| *secret == name)?;
    let is_public = value.is_empty() || (name == "rsa_public_key" && is_public_key(value));
    (!is_public).then_some(*label)
}

fn is_public_key(text: &str) -> bool {
    let signing = ConsumerSigning {
        rsa_public_key: text.to_owned(),
        legacy_flow: false,
    };
    signing.validate().is_ok()
}

/// Renders an empty field in which the user enters a secret again.
fn secret_field(name: String, label: &'static str, is_multiline: bool) -> AnyView {
    let (id, label_for) = (name.clone(), name.clone());
    let control = if is_multiline {
        view! {
            <textarea id=id name=name class="mono" rows="4" spellcheck="false" autocomplete="off" required></textarea>
        }
        .into_any()
    } else {
        view! { <input id=id name=name type="password" spellcheck="false" autocomplete="off" required /> }.into_any()
    };
    view! {
        <div class="field">
            <label for=label_for>{label}</label>
            {control}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "0192f0c1-2b3c-7d4e-8f90-123456789abc";

    fn page(fields: &[(&str, &str)]) -> String {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let input = FormInput {
            user: USER.parse().unwrap(),
            fields: fields.collect(),
        };
        render(Some(input))
    }

    fn render(input: Option<FormInput>) -> String {
        let options = LeptosOptions::builder().output_name("gatehouse").build();
        let form = SignedOutForm {
            action: "/fn/consumers/create".to_owned(),
            return_to: "/settings?dialog=new&x=1".to_owned(),
            input,
        };
        signed_out_page(options, form)
    }

    #[test]
    fn input_is_kept_in_a_form_with_the_same_action() {
        let page = page(&[("name", "Web shop"), ("scopes[]", "a"), ("scopes[]", "b")]);
        assert!(page.contains("action=\"/fn/consumers/create\""), "{page}");
        for (name, value) in [
            ("name", "Web shop"),
            ("scopes[]", "a"),
            ("scopes[]", "b"),
            ("page_user", USER),
            ("return_to", "/settings?dialog=new&amp;x=1"),
        ] {
            let input = format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\"");
            assert!(page.contains(&input), "{input} in {page}");
        }
        assert!(
            page.contains("href=\"/sign-in?next=%2Fsigned%2Din\" target=\"_blank\""),
            "{page}"
        );
    }

    #[test]
    fn markup_in_names_and_values_is_escaped() {
        let marker = "\"><b id=marker>'</form>";
        let page = page(&[(marker, marker)]);
        assert!(!page.contains("<b id="), "{page}");
        assert_eq!(page.matches("</form>").count(), 1, "{page}");
    }

    #[test]
    fn secrets_are_replaced_by_empty_fields() {
        let private_key = "-----BEGIN PRIVATE KEY-----\r\nhidden\r\n-----END PRIVATE KEY-----";
        let page = page(&[("client_secret", "hidden"), ("rsa_public_key", private_key)]);
        assert!(
            !page.contains("hidden\r") && !page.contains("value=\"hidden\""),
            "{page}"
        );
        assert!(page.contains("type=\"password\""), "{page}");
        assert!(page.contains("</textarea>"), "{page}");
        assert!(page.contains("Enter them again."), "{page}");
    }

    #[test]
    fn public_keys_and_empty_secrets_are_kept() {
        let public_key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
        let page = page(&[("client_secret", ""), ("rsa_public_key", public_key)]);
        assert!(page.contains("AAAA"), "{page}");
        assert!(!page.contains("Enter them again."), "{page}");
    }

    #[test]
    fn input_that_cannot_be_sent_again_is_lost() {
        let page = render(None);
        assert!(page.contains("can’t be kept"), "{page}");
        assert!(!page.contains("<form"), "{page}");
        assert!(
            page.contains("/sign-in?next=%2Fsettings%3Fdialog%3Dnew%26x%3D1"),
            "{page}"
        );
    }
}
