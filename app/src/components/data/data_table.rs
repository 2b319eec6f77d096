//! A table of data, whose rows become blocks on narrow screens.
//!
//! ```ignore
//! let rows = apps.into_iter().map(|app| {
//!     view! {
//!         <tr>
//!             <td class="title">{app.name}</td>
//!             <td data-label="Created">{timestamp(app.created_at)}</td>
//!         </tr>
//!     }
//! });
//! let rows = rows.collect_view();
//! view! {
//!     <DataTable caption="Apps" headings=["Name", "Created"].map(heading)>
//!         {rows}
//!     </DataTable>
//! }
//! ```

use leptos::prelude::*;

/// Renders a table.
#[component]
pub fn DataTable(
    /// What the table lists, for screen readers.
    caption: &'static str,
    /// The headings of the columns: [`heading`], [`number_heading`] or another `<th>`.
    #[prop(into)]
    headings: Vec<AnyView>,
    /// Whether each row ends with a cell of the class `action`, which contains the row's links and buttons.
    #[prop(optional)]
    actions: bool,
    /// The classes of the table. `stack` turns the rows into blocks on narrow screens, where each cell shows its
    /// `data-label`.
    #[prop(default = "table stack")]
    class: &'static str,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let action_heading = actions.then(|| {
        view! {
            <th scope="col" class="action">
                <span class="visually-hidden">"Action"</span>
            </th>
        }
    });
    view! {
        <div class="table-wrap">
            <table class=class>
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>{headings} {action_heading}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Renders the heading of a column.
pub fn heading(text: &'static str) -> AnyView {
    view! { <th scope="col">{text}</th> }.into_any()
}

/// Renders the heading of a column of numbers. Its cells have the class `number`.
pub fn number_heading(text: &'static str) -> AnyView {
    view! {
        <th scope="col" class="number">
            {text}
        </th>
    }
    .into_any()
}
