//! Permission management: one's own security profile and the rights it gives.

use crate::components::data::page_header::PageHeader;
use crate::components::feedback::error_message::Problem;
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::pages::page::Page;
use crate::session::{contact, current_user};
use domain::accounts::rights::Right;
use domain::accounts::users::Me;
use leptos::prelude::*;

/// The page Permission management.
pub struct PermissionsPage {
    contact: Resource<Result<String, Failure>>,
}

impl Page for PermissionsPage {
    fn data() -> Self {
        Self {
            contact: Resource::new(|| (), |()| contact()),
        }
    }

    fn view(this: Self) -> AnyView {
        let PermissionsPage { contact } = this;
        let user = current_user();
        let rights = move || {
            suspend(async move {
                match (user.await, contact.await) {
                    (Ok(me), Ok(contact)) => view! { <OwnRights me contact /> }.into_any(),
                    (Err(failure), _) | (_, Err(failure)) => view! { <Problem failure /> }.into_any(),
                }
            })
        };
        view! {
            <div class="page narrow">
                <PageHeader
                    title="Permission management"
                    lead="Your own rights, as your security profile gives them."
                    crumbs=vec![("/settings", "Settings")]
                />
                <Suspense>{rights}</Suspense>
            </div>
        }
        .into_any()
    }
}

#[component]
fn OwnRights(me: Me, contact: String) -> impl IntoView {
    let rows = Right::ALL.iter().map(|right| {
        let (class, word) = if me.rights.has(*right) {
            ("badge success", "Yes")
        } else {
            ("badge", "No")
        };
        view! {
            <tr>
                <th scope="row">
                    {right.label()} <small>{right.help()}</small>
                </th>
                <td>
                    <span class=class>{word}</span>
                </td>
            </tr>
        }
    });
    view! {
        <section class="card" aria-labelledby="profile">
            <div class="card-header">
                <h2 id="profile">{me.profile}</h2>
                <span class="badge plain">"Your profile"</span>
            </div>
            <div class="table-wrap">
                <table class="table">
                    <caption class="visually-hidden">"Your rights"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Right"</th>
                            <th scope="col">"You"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <div class="card-footer">
                <p>"To have a right added to your profile, ask " {contact} "."</p>
            </div>
        </section>
    }
    .into_any()
}
