//! Permission management: the user's security profile and rights.

use crate::components::data::card::Card;
use crate::components::data::data_table::{DataTable, heading};
use crate::components::data::page_header::PageHeader;
use crate::components::feedback::error_message::ErrorMessage;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::page_data::PageData;
use crate::pages::page::Page;
use crate::session::{contact, current_user};
use domain::accounts::rights::Right;
use domain::accounts::users::CurrentUser;
use domain::coded_enum::CodedEnum;
use leptos::prelude::*;

/// The Permission management page.
pub struct PermissionsPage {
    contact: PageData<String>,
}

impl Page for PermissionsPage {
    fn data() -> Self {
        Self {
            contact: PageData::new(|| (), |()| contact()),
        }
    }

    fn view(this: Self) -> AnyView {
        let PermissionsPage { contact } = this;
        let user = current_user();
        let rights = dynamic(move || {
            suspend(async move {
                match (user.await, contact.await) {
                    (Ok(me), Ok(contact)) => view! { <OwnRights me contact /> }.into_any(),
                    (Err(error), _) | (_, Err(error)) => view! { <ErrorMessage error /> }.into_any(),
                }
            })
        });
        view! {
            <div class="page narrow">
                <PageHeader
                    title="Permission management"
                    lead="The rights that your security profile gives you."
                    breadcrumbs=vec![("/settings", "Settings")]
                />
                <Suspense>{rights}</Suspense>
            </div>
        }
        .into_any()
    }
}

#[component]
fn OwnRights(me: CurrentUser, contact: String) -> impl IntoView {
    let rows = Right::ALL.iter().map(|right| {
        let (class, label) = if me.rights.has(*right) {
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
                    <span class=class>{label}</span>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let badge = view! { <span class="badge plain">"Your profile"</span> }.into_any();
    view! {
        <Card id="profile" title=me.profile action=badge>
            <DataTable caption="Your rights" class="table" headings=["Right", "You"].map(heading)>
                {rows}
            </DataTable>
            <div class="card-footer">
                <p>"To add a right to your profile, ask " {contact} "."</p>
            </div>
        </Card>
    }
    .into_any()
}
